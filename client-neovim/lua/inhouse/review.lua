--- `inhouse.review`: the findings come as diagnostics.
local M = {}

local connection = require('inhouse.connection')

---@param path? string a file; nothing is what is staged
function M.review(path)
  local client = connection.needed(0)
  if not client then
    return
  end
  local commands = vim.tbl_get(client.server_capabilities, 'executeCommandProvider', 'commands') or {}
  if not vim.list_contains(commands, 'inhouse.review') then
    return connection.tell('This version of the server does not review.', 'WARN')
  end
  local token, close = require('inhouse.progress').beside(vim.api.nvim_get_current_buf(), vim.fn.line('.') - 1)
  local uri = path and vim.uri_from_fname(vim.fs.abspath(path)) or nil
  connection.execute(client, 'inhouse.review', uri and { uri = uri } or nil, function(err)
    close()
    if err then
      connection.tell_error(err)
    end
  end, { progress = token })
end

return M
