local T = ...
vim.lsp.enable('inhouse')
T.open('q.chat.md')
T.type('Go<CR>First?')
T.until_true('the question', function()
  return T.text():find('First?', 1, true)
end)
if T.values.mode == 'n' then
  T.type('<Esc>')
end
T.until_true('the mode in which it is sent', function()
  return vim.api.nvim_get_mode().mode == T.values.mode
end)
vim.cmd.Inhouse('send')
T.until_true('the answer', function()
  return T.text():find('word20\n\n## You\n', 1, true)
end)
local answered = T.text()
T.undo()
return { answered = answered, undone = T.text() .. '\n' }
