--- An edit as a proposal beside the document, in Neovim's own diff mode, in a tab of its own.
--- `do` in the proposal drops a hunk, `:w` takes over what is left as one change, `:q` rejects.
local M = {}

local connection = require('inhouse.connection')
local merge = require('inhouse.merge')

local HELP = ' :w accepts · :q rejects · do drops a hunk'

---@class inhouse.Review
---@field source integer the document's buffer
---@field proposal integer
---@field base string[] the document when the proposal came
---@field done fun(applied: inhouse.Applied)

local function lines_of(bufnr)
  return vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)
end

--- A buffer with the edited text. `:w` in it is ours (`acwrite`), and no server attaches to it.
local function propose(source, edits, encoding)
  local proposal = vim.api.nvim_create_buf(false, true)
  vim.bo[proposal].buftype = 'acwrite'
  vim.bo[proposal].bufhidden = 'wipe'
  vim.bo[proposal].fixeol = vim.bo[source].fixeol
  vim.bo[proposal].eol = vim.bo[source].eol
  vim.api.nvim_buf_set_lines(proposal, 0, -1, true, lines_of(source))
  vim.lsp.util.apply_text_edits(edits, proposal, encoding)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(source), ':.')
  vim.api.nvim_buf_set_name(proposal, ('inhouse://proposal/%d/%s'):format(proposal, name))
  vim.bo[proposal].buflisted = false
  vim.bo[proposal].modified = false
  vim.bo[proposal].filetype = vim.bo[source].filetype
  return proposal
end

--- Shows both side by side, with the cursor at the first change.
---@return integer the document's window
local function show(source, proposal)
  vim.cmd('tab sbuffer ' .. source)
  local window = vim.api.nvim_get_current_win()
  vim.wo[window][0].winbar = ' as it is' -- both sides begin on the same row
  vim.cmd.diffthis()
  vim.cmd('rightbelow vertical sbuffer ' .. proposal)
  vim.cmd.diffthis()
  vim.wo[0][0].winbar = HELP
  vim.cmd.normal({ 'gg', bang = true })
  if vim.fn.diff_hlID(1, 1) == 0 then
    vim.cmd.normal({ ']c', bang = true })
  end
  return window
end

--- Leaves diff mode and the tab; a tab in which the user has opened more stays.
local function hide(window)
  if not vim.api.nvim_win_is_valid(window) then
    return
  end
  vim.api.nvim_win_call(window, vim.cmd.diffoff)
  vim.wo[window][0].winbar = ''
  local tab = vim.api.nvim_win_get_tabpage(window)
  if #vim.api.nvim_tabpage_list_wins(tab) == 1 and #vim.api.nvim_list_tabpages() > 1 then
    vim.api.nvim_win_close(window, false)
  end
end

--- Hunk by hunk from the end, so that marks in the lines between stay.
local function write(source, lines)
  local hunks = merge.hunks(lines_of(source), lines)
  for i = #hunks, 1, -1 do
    local hunk = hunks[i]
    vim.api.nvim_buf_set_lines(source, hunk.first - 1, hunk.first - 1 + hunk.count, true, hunk.lines)
  end
end

---@param review inhouse.Review
---@return boolean whether it is over
local function accept(review)
  local result = merge.merged(review.base, lines_of(review.proposal), lines_of(review.source))
  if not result then
    local message = 'You have changed the same lines: take hunks over one by one (`dp`), or reject (`:q`).'
    vim.notify(message, vim.log.levels.WARN, { title = 'Inhouse' })
    return false
  end
  write(review.source, result)
  vim.bo[review.proposal].modified = false
  return true
end

--- Some hunks may have been taken over by hand (`dp`), whatever came after.
---@param review inhouse.Review
local function outcome(review)
  if vim.deep_equal(lines_of(review.source), review.base) then
    return { applied = false, failureReason = 'You did not accept it.' }
  end
  return { applied = true }
end

---@param review inhouse.Review
---@param window integer
local function watch(review, window)
  vim.api.nvim_create_autocmd('BufWriteCmd', {
    buffer = review.proposal,
    callback = function()
      if accept(review) then
        vim.schedule(function()
          vim.api.nvim_buf_delete(review.proposal, { force = true })
        end)
      end
    end,
  })
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = review.proposal,
    once = true,
    callback = function()
      vim.schedule(function()
        hide(window)
        review.done(outcome(review))
      end)
    end,
  })
end

--- Nobody's typing is interrupted: the proposal waits for Normal mode.
---@param call fun()
local function in_normal_mode(call)
  if vim.api.nvim_get_mode().mode == 'n' then
    return call()
  end
  vim.api.nvim_create_autocmd('ModeChanged', {
    pattern = '*:n',
    once = true,
    callback = vim.schedule_wrap(function()
      in_normal_mode(call) -- it may have been for a moment only
    end),
  })
end

--- Shows the edit, and calls `done` when the user has decided.
---@param document lsp.TextDocumentEdit
---@param encoding string
---@param done fun(applied: inhouse.Applied)
function M.open(document, encoding, done)
  local source = vim.uri_to_bufnr(document.textDocument.uri)
  vim.fn.bufload(source)
  local base = lines_of(source)
  local proposal = propose(source, document.edits, encoding)
  local review = { source = source, proposal = proposal, base = base, done = done }
  if vim.api.nvim_get_mode().mode ~= 'n' then
    connection.tell('A proposal is ready, and is shown when you are in Normal mode.')
  end
  in_normal_mode(function()
    watch(review, show(source, proposal))
  end)
end

return M
