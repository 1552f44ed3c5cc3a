local T = ...
vim.lsp.enable('inhouse')
T.open('area.py')
vim.ui.input = function(_, answer)
  answer('Fix the bugs.')
end
T.type('ggVG')
T.until_true('lines are selected', function()
  return vim.fn.mode() == 'V'
end)
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    return action.kind == 'refactor.rewrite.inhouse'
  end,
})
T.until_true('the proposal', function()
  return vim.wo.diff and vim.bo.buftype == 'acwrite'
end)
return { mode = vim.fn.mode(), proposed = T.text() .. '\n' }
