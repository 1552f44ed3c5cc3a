local T = ...
vim.lsp.enable('inhouse')
local client = T.open('a.py')
local err, result = T.called('models', function(done)
  client:request('inhouse/models', vim.empty_dict(), done)
end)
assert(not err, vim.inspect(err))
vim.cmd.Inhouse('status')
local status = T.notice('default model').message
vim.ui.select = function(items, opts, done)
  assert(opts.format_item(items[1]):find('local', 1, true))
  done(items[1])
end
vim.cmd.Inhouse('model')
T.notice('Inhouse asks lab')
vim.cmd.Inhouse('stop')
T.notice('Nothing is running')
vim.cmd.Inhouse('chatt')
T.notice('there is no "chatt"; there are chat, complete')
return {
  models = vim.tbl_map(function(model)
    return model.id
  end, result.models),
  completed = vim.fn.getcompletion('Inhouse model la', 'cmdline'),
  status = status,
}
