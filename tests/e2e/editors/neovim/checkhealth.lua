local T = ...
require('inhouse').setup({ preview = false })
T.open('a.py')
vim.cmd.checkhealth('inhouse')
return T.text()
