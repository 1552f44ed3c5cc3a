local T = ...
require('inhouse').setup({ preview = false })
T.open('.git/COMMIT_EDITMSG')
local template = T.text()
vim.lsp.buf.code_action({ context = { only = { 'source.inhouse.commitMessage' } }, apply = true })
T.until_true('the message', function()
  return T.text() ~= template
end)
local written = T.text() .. '\n'
T.undo()
return { written = written, undone = T.text() .. '\n' }
