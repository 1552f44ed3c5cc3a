-- The command and the <Plug> mappings. Nothing else happens until one of them is used, or the server is enabled.
if vim.g.loaded_inhouse then
  return
end
vim.g.loaded_inhouse = true

vim.api.nvim_create_user_command('Inhouse', function(call)
  require('inhouse.subcommands').run(call)
end, {
  nargs = '+',
  bang = true,
  range = true,
  desc = 'Chat, models, status, review and completion on your own inference',
  complete = function(lead, line)
    return require('inhouse.subcommands').complete(lead, line)
  end,
})

local function plug(modes, name, call)
  vim.keymap.set(modes, ('<Plug>(inhouse-%s)'):format(name), function()
    require('inhouse')[call]()
  end, { desc = 'Inhouse: ' .. name })
end

plug('i', 'accept', 'accept')
plug('i', 'dismiss', 'dismiss')
plug('i', 'suggest', 'suggest')
plug('n', 'send', 'send')
plug('n', 'stop', 'stop')
