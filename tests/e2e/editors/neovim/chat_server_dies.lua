local T = ...
vim.lsp.enable('inhouse')
T.open('q.chat.md')
vim.cmd.Inhouse('send')
T.until_true('the first words', function()
  return T.text():find('word2', 1, true)
end)
for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do
  vim.uv.kill(pid, 'sigkill')
end
T.notice('The server has ended')
local namespace = vim.api.nvim_create_namespace('inhouse.stream')
return { text = T.text(), marks = vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, {}) }
