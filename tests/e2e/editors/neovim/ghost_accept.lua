local T = ...
require('inhouse').setup({ completion = true })
vim.keymap.set('i', '<Tab>', function()
  return require('inhouse').accept() and '' or '<Tab>'
end, { expr = true })
T.open('add.py')
vim.bo.expandtab = false -- as the test for a tab needs it
local seen = {}
T.type('jA a')
seen.shown = T.until_true('ghost text', function()
  return T.ghost()[1]
end)
local asked = 0
local counting = vim.api.nvim_create_autocmd('LspRequest', {
  callback = function(event)
    asked = asked + (event.data.request.type == 'pending' and 1 or 0)
  end,
})
T.type(' +')
T.until_true('it is typed along', function()
  return vim.api.nvim_get_current_line():find('+', 1, true)
end)
seen.along = T.ghost()[1]
seen.asked = asked
vim.api.nvim_del_autocmd(counting)
T.type('<Tab>')
T.until_true('it is taken over', function()
  return vim.api.nvim_get_current_line():find('b$')
end)
seen.accepted = vim.api.nvim_get_current_line()
seen.cursor = vim.api.nvim_win_get_cursor(0)[2]
seen.left = T.ghost()
T.undo()
seen.undone = vim.api.nvim_get_current_line()
require('inhouse').complete(false)
T.type('A<Tab>')
T.until_true('a tab where there is no ghost text', function()
  return vim.api.nvim_get_current_line():find('\t$')
end)
seen.tab = vim.api.nvim_get_current_line()
return seen
