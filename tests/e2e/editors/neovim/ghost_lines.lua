local T = ...
require('inhouse').setup({ completion = true })
vim.keymap.set('i', '<C-l>', '<Plug>(inhouse-accept)')
T.open('f.py')
vim.bo.indentexpr, vim.bo.autoindent = '', false
local seen = {}
T.type('jA:')
seen.shown = T.until_true('ghost text', function()
  return #T.ghost() > 0 and T.ghost()
end)
T.type('<C-l>')
T.until_true('it is taken over', function()
  return T.text():find('return x$')
end)
seen.accepted = T.text()
T.undo()
seen.undone = T.text()
return seen
