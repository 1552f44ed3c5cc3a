local T = ...
vim.lsp.enable('inhouse')
local client = T.open('q.chat.md')
vim.cmd.Inhouse('send')
T.until_true('the end', function()
  return vim.tbl_isempty(client.requests)
end)
return { text = T.text(), notified = T.notified }
