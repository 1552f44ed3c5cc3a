--- Text that arrives in a buffer piece by piece, at a mark: what the user types meanwhile stays where it is.
local M = {}

local namespace = vim.api.nvim_create_namespace('inhouse.stream')

---@class inhouse.Stream
---@field bufnr integer
---@field private mark integer
---@field private tick? integer the buffer's changedtick after our last insertion
local Stream = {}
Stream.__index = Stream

--- A stream that begins behind the buffer's last word: blank lines at the end stay behind the answer.
---@param bufnr integer
---@return inhouse.Stream
function M.behind(bufnr)
  local lines = vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)
  local last = #lines
  while last > 1 and not lines[last]:find('%S') do
    last = last - 1
  end
  local self = setmetatable({ bufnr = bufnr }, Stream)
  self:place(last - 1, #lines[last]:gsub('%s+$', ''))
  return self
end

--- Left gravity: what others insert at the mark comes after it, and so stays below the answer.
---@private
function Stream:place(row, column, words)
  self.mark = vim.api.nvim_buf_set_extmark(self.bufnr, namespace, row, column, {
    id = self.mark,
    right_gravity = false,
    undo_restore = false,
    virt_lines = words and { { { words, 'InhouseProgress' } } } or nil,
  })
  self.words = words
end

---@private
---@return integer row, integer column both from 0
function Stream:position()
  local at = vim.api.nvim_buf_get_extmark_by_id(self.bufnr, namespace, self.mark, {})
  return at[1], at[2]
end

function Stream:is_open()
  return self.mark ~= nil and vim.api.nvim_buf_is_loaded(self.bufnr)
end

--- The windows whose cursor stands where the text arrives: these follow it, all others stay.
---@private
function Stream:followers(row, column)
  return vim.tbl_filter(function(window)
    local at = vim.api.nvim_win_get_cursor(window)
    return at[1] - 1 == row and at[2] >= column - 1
  end, vim.fn.win_findbuf(self.bufnr))
end

--- All insertions are one undo step, of their own, unless somebody else changes the buffer between them.
---@private
function Stream:join_undo()
  local tick = vim.api.nvim_buf_get_changedtick(self.bufnr)
  if self.tick == tick then
    pcall(vim.cmd.undojoin)
  elseif self.tick == nil then
    vim.bo.undolevels = vim.bo.undolevels -- ends the undo step so far, in Insert mode too
  end
end

---@param text string
function Stream:insert(text)
  if text == '' or not self:is_open() then
    return
  end
  local row, column = self:position()
  local followers = self:followers(row, column)
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_call(self.bufnr, function()
    self:join_undo()
    vim.api.nvim_buf_set_text(self.bufnr, row, column, row, column, lines)
  end)
  self.tick = vim.api.nvim_buf_get_changedtick(self.bufnr)
  local end_row = row + #lines - 1
  local end_column = (#lines == 1 and column or 0) + #lines[#lines]
  self:place(end_row, end_column, self.words)
  for _, window in ipairs(followers) do
    vim.api.nvim_win_set_cursor(window, { end_row + 1, end_column })
  end
end

--- Words under the text so far, e.g. what is waited for; nil takes them away.
---@param words? string
function Stream:say(words)
  if self:is_open() then
    local row, column = self:position()
    self:place(row, column, words)
  end
end

function Stream:close()
  if self:is_open() then
    vim.api.nvim_buf_del_extmark(self.bufnr, namespace, self.mark)
  end
  self.mark = nil
end

return M
