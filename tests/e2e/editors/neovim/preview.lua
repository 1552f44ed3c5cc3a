local T = ...
vim.lsp.enable('inhouse')
local client = T.open('area.py')
local source = vim.api.nvim_get_current_buf()
local function text()
  return T.text(source) .. '\n'
end
local old = text()
T.act(client, 'refactor.rewrite.inhouse', 0, 6, { instruction = 'Fix the bugs.' })
T.until_true('the proposal', function()
  return vim.wo.diff and vim.bo.buftype == 'acwrite'
end)
local proposal = vim.api.nvim_get_current_buf()
local proposed = T.text() .. '\n'
T.type(T.values.keys)
if T.values.conflict then
  T.notice('same lines')
  T.type(':q<CR>')
end
T.until_true('it is over', function()
  return not vim.api.nvim_buf_is_valid(proposal) and not vim.wo.diff and vim.api.nvim_get_mode().mode == 'n'
end)
T.until_true('the command has ended', function()
  return vim.tbl_isempty(client.requests)
end)
local after = text()
if after ~= old and not T.values.conflict then
  T.undo()
end
return {
  proposed = proposed,
  after = after,
  undone = text(),
  tabs = vim.fn.tabpagenr('$'),
  notified = T.notified,
}
