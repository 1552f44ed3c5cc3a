--- `inhouse/status` in words.
local M = {}

local connection = require('inhouse.connection')

---@param result table the result of `inhouse/status`
---@return string[]
function M.lines(result)
  local lines = { ('Inhouse %s, default model: %s'):format(result.version, result.default or 'none') }
  for _, backend in ipairs(result.backends) do
    local line = ('%s: %s, %s, %s'):format(backend.name, backend.kind, backend.zone, backend.state)
    table.insert(lines, backend.problem and ('%s (%s)'):format(line, M.problem(backend.problem)) or line)
  end
  return lines
end

---@param problem string|table
function M.problem(problem)
  return type(problem) == 'table' and problem.message or tostring(problem)
end

function M.show()
  local client = connection.needed(0)
  if not client then
    return
  end
  connection.request(client, 'inhouse/status', nil, function(err, result)
    if err then
      connection.tell_error(err)
    else
      connection.tell(table.concat(M.lines(result), '\n'))
    end
  end)
end

return M
