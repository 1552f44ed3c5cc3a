local T = ...
vim.opt.runtimepath:remove(T.package)
vim.lsp.config('inhouse', { cmd = { 'inhouse', 'serve' }, root_markers = { '.git' } })
vim.lsp.enable('inhouse')
T.open('area.py')
local seen = {}

local function changed(what, from)
  T.until_true(what, function()
    return T.text() ~= from
  end)
  return T.text()
end

local code = T.text()
vim.lsp.buf.code_action({
  range = { start = { 1, 0 }, ['end'] = { 3, 80 } },
  context = { only = { 'refactor.rewrite.inhouse' }, diagnostics = {} },
  apply = true,
})
seen.edited = changed('the edit', code) .. '\n'
T.undo()
seen.undone = T.text() .. '\n'
vim.cmd('write') -- so that another file can be opened
T.open('q.chat.md')
vim.lsp.buf.code_action({ context = { only = { 'source.inhouse.chat' } }, apply = true })
seen.answered = changed('the answer', T.text())
T.undo()
seen.unasked = T.text()
return seen
