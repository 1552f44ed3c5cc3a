local T = ...
vim.lsp.enable('inhouse')
local client = T.open('q.chat.md')
vim.cmd.Inhouse('send')
T.until_true('the first words', function()
  return T.text():find('word2', 1, true)
end)
vim.cmd.Inhouse('stop')
T.until_true('the end', function()
  return vim.tbl_isempty(client.requests)
end)
local seen = { text = T.text() }
T.type('Goagain<Esc>')
T.until_true('another question', function()
  return vim.api.nvim_get_mode().mode == 'n' and T.text():find('again', 1, true)
end)
vim.cmd.Inhouse('send') -- the stopped one is over for the client as well
T.until_true('another answer', function()
  return select(2, T.text():gsub('## lab', '')) == 2
end)
vim.lsp.buf.code_action({ context = { only = { 'source.inhouse.chat' } }, apply = true })
T.until_true('the end of it', function()
  return vim.tbl_isempty(client.requests)
end)
seen.notified = T.notified
return seen
