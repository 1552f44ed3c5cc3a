--- `inhouse.review`: the findings come as diagnostics.
local M = {}

local connection = require('inhouse.connection')

---@param path? string a file; else the one in this window
function M.review(path)
  local client = connection.needed(0)
  if not client then
    return
  end
  local token, close = require('inhouse.progress').beside(vim.api.nvim_get_current_buf(), vim.fn.line('.') - 1)
  local uri = path and vim.uri_from_fname(vim.fs.abspath(path)) or vim.uri_from_bufnr(0)
  connection.execute(client, 'inhouse.review', { uri = uri }, function(err)
    close()
    if err then
      connection.tell_error(err)
    end
  end, { progress = token })
end

return M
