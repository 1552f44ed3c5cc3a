--- `:Inhouse`.
local M = {}

---@type table<string, fun(rest: string, call: table)>
local subcommands = {
  chat = function(rest, call)
    local lines = call.range > 0 and { call.line1, call.line2 } or nil
    require('inhouse').chat({ new = call.bang, text = rest ~= '' and rest or nil, lines = lines })
  end,
  send = function()
    require('inhouse').send()
  end,
  stop = function()
    require('inhouse').stop()
  end,
  model = function(rest)
    require('inhouse').model(rest ~= '' and rest or nil)
  end,
  status = function()
    require('inhouse').status()
  end,
  review = function(rest)
    require('inhouse').review(rest ~= '' and vim.fn.expand(rest) or nil)
  end,
  complete = function(rest)
    local on = { on = true, off = false }
    require('inhouse').complete(on[rest])
  end,
}

local values = {
  model = function(lead)
    return require('inhouse.models').ids(lead)
  end,
  review = function(lead)
    return vim.fn.getcompletion(lead, 'file')
  end,
  complete = function()
    return { 'on', 'off' }
  end,
}

---@param call table what `nvim_create_user_command` gives
function M.run(call)
  local name, rest = call.args:match('^(%S+)%s*(.-)%s*$')
  local subcommand = subcommands[name]
  if not subcommand then
    local message = ('Inhouse: there is no %q; there are %s.'):format(name, table.concat(M.names(), ', '))
    return vim.notify(message, vim.log.levels.ERROR)
  end
  subcommand(rest, call)
end

---@return string[]
function M.names()
  local names = vim.tbl_keys(subcommands)
  table.sort(names)
  return names
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local name = line:match('Inhouse!?%s+(%S+)%s+%S*$')
  local candidates = not name and M.names() or values[name] and values[name](lead) or {}
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

return M
