--- `inhouse.stop`: the one stop that reaches the backend and still brings the reply of what was stopped.
local M = {}

local connection = require('inhouse.connection')

function M.stop()
  local bufnr = vim.api.nvim_get_current_buf()
  local client = connection.needed(bufnr)
  if not client then
    return
  end
  local here = { uri = vim.uri_from_bufnr(bufnr) }
  connection.execute(client, 'inhouse.stop', here, function(err, result)
    if err then
      connection.tell_error(err)
    elseif result.stopped == 0 then
      connection.execute(client, 'inhouse.stop', nil, function(problem, all)
        if problem then
          connection.tell_error(problem)
        elseif all.stopped == 0 then
          connection.tell('Nothing is running.')
        end
      end)
    end
  end)
end

return M
