local T = ...
vim.lsp.enable('inhouse')
T.open('src/sum.py')
vim.cmd('4,5Inhouse chat Is it fast?')
local name = vim.api.nvim_buf_get_name(0)
T.until_true('the answer', function()
  return T.text():find('fake backend.', 1, true)
end)
local seen = { text = T.text(), clients = #vim.lsp.get_clients(), name = name }
vim.cmd.wincmd('p')
vim.cmd.Inhouse('chat')
seen.again = vim.api.nvim_buf_get_name(0)
vim.cmd({ cmd = 'Inhouse', args = { 'chat' }, bang = true })
seen.new = vim.api.nvim_buf_get_name(0)
return seen
