local T = ...
require('inhouse').setup({ preview = false })
local client = T.open('area.py')
local instruction
vim.ui.input = function(opts, done)
  instruction = opts.prompt
  done('Fix the bugs.')
end
T.act(client, 'refactor.rewrite.inhouse', 0, 6)
T.until_true('the edit', function()
  return T.text() .. '\n' == T.values.new
end)
T.undo()
local undone = T.text() .. '\n'

-- An edit of a version that is gone: Neovim itself would drop it and call it applied.
local version = vim.lsp.util.buf_versions[vim.api.nvim_get_current_buf()]
local at = { line = 0, character = 0 }
local document = { uri = vim.uri_from_bufnr(0), version = version - 1 }
local edits = { { range = { start = at, ['end'] = at }, newText = 'late' } }
local reply = client.handlers['workspace/applyEdit'](nil, {
  edit = { documentChanges = { { textDocument = document, edits = edits } } },
}, { client_id = client.id, method = 'workspace/applyEdit' })
assert(not T.text():find('late'))
return { instruction = instruction, undone = undone, late = reply.applied }
