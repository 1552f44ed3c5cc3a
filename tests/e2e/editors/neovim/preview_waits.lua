local T = ...
vim.lsp.enable('inhouse')
local client = T.open('area.py')
T.type('Go# typing')
T.until_true('typing', function()
  return T.text():find('# typing', 1, true)
end)
T.act(client, 'refactor.rewrite.inhouse', 0, 6, { instruction = 'Fix the bugs.' })
T.until_true('there is a proposal', function()
  return vim.iter(vim.api.nvim_list_bufs()):any(function(bufnr)
    return vim.api.nvim_buf_get_name(bufnr):find('^inhouse://proposal/')
  end)
end)
local seen = { mode = vim.api.nvim_get_mode().mode, tabs = vim.fn.tabpagenr('$') }
T.type('<Esc>')
seen.proposed = T.until_true('the proposal is shown', function()
  return vim.wo.diff and vim.bo.buftype == 'acwrite'
end)
return seen
