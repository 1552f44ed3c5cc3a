local T = ...
vim.lsp.enable('inhouse')
T.open('area.py')
vim.cmd.Inhouse('review')
return T.until_true('a finding', function()
  local found = vim.diagnostic.get(0)
  return #found > 0 and { line = found[1].lnum, source = found[1].source, message = found[1].message }
end)
