--- Ghost text by extmarks, for Neovim 0.11. The server waits for a pause, drops what is superseded and remembers: here
--- is only what is shown, and that typing along it needs no answer.
local M = {}

local connection = require('inhouse.connection')

local namespace = vim.api.nvim_create_namespace('inhouse.ghost')

---@class inhouse.Ghost
---@field bufnr integer
---@field row integer from 0
---@field first integer the bytes of the line that it replaces: from here …
---@field tail integer … up to so many bytes before the line's end
---@field text string
---@field command? lsp.Command
---@field client_id integer

---@type inhouse.Ghost?
local shown
---@type { client: vim.lsp.Client, id: integer }?
local asked

local AUTOMATIC = 2

local function cursor()
  local at = vim.api.nvim_win_get_cursor(0)
  return at[1] - 1, at[2], vim.api.nvim_get_current_line()
end

--- What of the text is still to come at the cursor; nil if the line goes another way.
---@param ghost inhouse.Ghost
---@return string?
local function rest(ghost)
  local row, column, line = cursor()
  if vim.api.nvim_get_current_buf() ~= ghost.bufnr or row ~= ghost.row or column < ghost.first then
    return nil
  end
  local typed = line:sub(ghost.first + 1, column)
  if column > #line - ghost.tail or not vim.startswith(ghost.text, typed) or typed == ghost.text then
    return nil
  end
  return ghost.text:sub(#typed + 1)
end

--- Draws what is left: before what stays of the line, over what goes.
---@param ghost inhouse.Ghost
---@param left string
local function draw(ghost, left)
  local row, column, line = cursor()
  local lines = vim.split(left, '\n', { plain = true })
  local below = vim.iter(lines):skip(1):map(function(text)
    return { { text, 'InhouseGhost' } }
  end)
  vim.api.nvim_buf_clear_namespace(ghost.bufnr, namespace, 0, -1)
  vim.api.nvim_buf_set_extmark(ghost.bufnr, namespace, row, column, {
    virt_text = { { lines[1], 'InhouseGhost' } },
    virt_text_pos = ghost.tail == 0 and column < #line and 'overlay' or 'inline',
    virt_lines = below:totable(),
  })
end

---@return boolean whether there was one
function M.dismiss()
  if asked then
    asked.client:cancel_request(asked.id)
    asked = nil
  end
  if not shown then
    return false
  end
  if vim.api.nvim_buf_is_valid(shown.bufnr) then
    vim.api.nvim_buf_clear_namespace(shown.bufnr, namespace, 0, -1)
  end
  shown = nil
  return true
end

--- After a key: what is shown is shortened, or goes away.
---@return boolean whether it is still there
local function follow()
  local left = shown and rest(shown)
  if shown and left then
    draw(shown, left)
    return true
  end
  M.dismiss()
  return false
end

---@param client vim.lsp.Client
---@param item lsp.InlineCompletionItem
---@return inhouse.Ghost
local function ghost_of(client, item)
  local row, column, line = cursor()
  local first, last = column, column
  if item.range then
    first = vim.str_byteindex(line, client.offset_encoding, item.range.start.character, false)
    last = vim.str_byteindex(line, client.offset_encoding, item.range['end'].character, false)
  end
  return {
    bufnr = vim.api.nvim_get_current_buf(),
    row = row,
    first = first,
    tail = #line - last,
    text = item.insertText:gsub('\r\n?', '\n'), -- in a buffer lines end as in no file
    command = item.command,
    client_id = client.id,
  }
end

--- An answer that comes too late is not shown.
local function still_there(bufnr, tick, at)
  return vim.api.nvim_get_current_buf() == bufnr
    and vim.api.nvim_buf_get_changedtick(bufnr) == tick
    and vim.deep_equal(vim.api.nvim_win_get_cursor(0), at)
    and vim.startswith(vim.api.nvim_get_mode().mode, 'i')
    and vim.fn.pumvisible() == 0
end

--- Asks the server for what comes at the cursor.
---@param trigger? integer 1 if the user asked for it, 2 (the default) while one types
function M.ask(trigger)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ name = 'inhouse', bufnr = bufnr })[1]
  if not client then
    return
  end
  M.dismiss()
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = trigger or AUTOMATIC }
  local tick, at = vim.api.nvim_buf_get_changedtick(bufnr), vim.api.nvim_win_get_cursor(0)
  local _, id = client:request('textDocument/inlineCompletion', params, function(err, result)
    asked = nil
    if err then
      if trigger == 1 then
        connection.tell_error(err)
      end
      return
    end
    local item = result and (result.items or result)[1]
    if item and still_there(bufnr, tick, at) then
      shown = ghost_of(client, item)
      follow()
    end
  end, bufnr)
  asked = id and { client = client, id = id }
end

--- One undo step of its own. Scheduled, since a mapping with `expr` must not change text.
---@param ghost inhouse.Ghost
local function insert(ghost)
  local lines = vim.split(ghost.text, '\n', { plain = true })
  local line = vim.api.nvim_buf_get_lines(ghost.bufnr, ghost.row, ghost.row + 1, true)[1]
  vim.bo[ghost.bufnr].undolevels = vim.bo[ghost.bufnr].undolevels -- ends the undo step so far
  vim.api.nvim_buf_set_text(ghost.bufnr, ghost.row, ghost.first, ghost.row, #line - ghost.tail, lines)
  local column = (#lines == 1 and ghost.first or 0) + #lines[#lines]
  vim.api.nvim_win_set_cursor(0, { ghost.row + #lines, column })
  local client = ghost.command and vim.lsp.get_client_by_id(ghost.client_id)
  if client then
    client:exec_cmd(ghost.command, { bufnr = ghost.bufnr })
  end
end

---@return boolean
function M.accept()
  local ghost = shown
  if not ghost or not rest(ghost) then
    return false
  end
  M.dismiss()
  vim.schedule(function()
    insert(ghost)
  end)
  return true
end

--- Asks while one types, or no longer.
---@param on boolean
function M.watch(on)
  local group = vim.api.nvim_create_augroup('inhouse.ghost', { clear = true })
  M.dismiss()
  if not on then
    return
  end
  vim.api.nvim_create_autocmd('TextChangedI', {
    group = group,
    callback = function()
      if not shown then
        M.ask()
      end
    end,
  })
  vim.api.nvim_create_autocmd('InsertEnter', {
    group = group,
    callback = vim.schedule_wrap(function()
      if not asked and not shown and vim.startswith(vim.api.nvim_get_mode().mode, 'i') then
        M.ask()
      end
    end),
  })
end

-- Before those of `watch`, and without it too: what was asked for by hand follows the cursor as well.
local always = vim.api.nvim_create_augroup('inhouse.ghost.shown', { clear = true })
vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedI' }, {
  group = always,
  callback = function()
    if shown then
      follow()
    end
  end,
})
vim.api.nvim_create_autocmd({ 'InsertLeave', 'BufLeave', 'CompleteChanged' }, { group = always, callback = M.dismiss })

vim.api.nvim_set_hl(0, 'InhouseGhost', { link = 'NonText', default = true })

return M
