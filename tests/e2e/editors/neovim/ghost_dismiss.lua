local T = ...
vim.lsp.enable('inhouse')
vim.keymap.set('i', '<C-x>', '<Plug>(inhouse-dismiss)')
vim.keymap.set('i', '<C-l>', '<Plug>(inhouse-suggest)')
T.open('add.py')
vim.cmd.Inhouse('complete on')
local seen = {}
local function shown()
  return T.until_true('ghost text', function()
    return T.ghost()[1]
  end)
end
local function gone()
  T.until_true('it is gone', function()
    return #T.ghost() == 0
  end)
end
T.type('jA a')
shown()
T.type('<C-x>')
gone()
seen.dismissed = vim.api.nvim_get_current_line()
T.type('<C-l>')
seen.again = shown()
T.type('<Esc>')
gone()
seen.left_insert_mode = T.ghost()
vim.cmd.Inhouse('complete off')
T.type('A!')
T.until_true('typed', function()
  return vim.api.nvim_get_current_line():find('!')
end)
seen.off = T.ghost()
return seen
