local T = ...
require('inhouse').setup({ preview = false })
local client = T.open('sums.py')
local seen = {}
local code = vim.api.nvim_get_current_buf()

local function over(what)
  T.until_true(what, function()
    return vim.tbl_isempty(client.requests)
  end, 50)
end

T.act(client, 'refactor.rewrite.inhouse', 5, 7, { instruction = 'Multiply by two instead.' })
over('the rewrite')
seen.edited = T.text(code) .. '\n'
if vim.bo[code].modified then
  vim.api.nvim_set_current_buf(code)
  T.undo()
end
seen.undone = T.text(code) .. '\n'

vim.cmd.tabnew()
T.open('q.chat.md')
vim.cmd.Inhouse('send')
over('the answer')
seen.answered = T.text()
return seen
