local T = ...
-- Tags are made in a copy: the package's own folder stays as it is.
local folder = vim.fn.tempname()
vim.fn.mkdir(folder .. '/doc', 'p')
local source = vim.api.nvim_get_runtime_file('doc/inhouse.txt', false)[1]
assert(vim.uv.fs_copyfile(source, folder .. '/doc/inhouse.txt'))
vim.opt.runtimepath:append(folder)
vim.cmd.helptags(folder .. '/doc')
local missing = {}
local function need(tag)
  if not pcall(vim.cmd.help, tag) then
    table.insert(missing, tag)
  end
end
for _, name in ipairs(require('inhouse.subcommands').names()) do
  need(':Inhouse-' .. name)
end
for name in pairs(require('inhouse')) do
  need(('inhouse.%s()'):format(name))
end
for name in pairs(require('inhouse.options').get()) do
  need('inhouse-option-' .. name)
end
for _, mode in ipairs({ 'i', 'n' }) do
  for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
    if map.lhs:find('^<Plug>%(inhouse') then
      need(map.lhs)
    end
  end
end
return { missing = missing }
