--- Which model answers: `inhouse/models` listed, `inhouse.selectModel` told.
local M = {}

local connection = require('inhouse.connection')

local function describe(model)
  local words = { model.id, model['local'] and 'local' or 'cloud' }
  if type(model.contextLength) == 'number' then
    table.insert(words, ('%d tokens'):format(model.contextLength))
  end
  if model.state ~= 'ready' then
    table.insert(words, model.state)
  end
  return table.concat(words, ' · ')
end

local function choose(client, id)
  connection.execute(client, 'inhouse.selectModel', { model = id }, function(err, result)
    if err then
      connection.tell_error(err)
    else
      connection.tell(('Inhouse asks %s.'):format(result.model))
    end
  end)
end

---@param id? string
function M.select(id)
  local client = connection.needed(0)
  if not client then
    return
  end
  if id then
    return choose(client, id)
  end
  connection.request(client, 'inhouse/models', nil, function(err, result)
    if err then
      return connection.tell_error(err)
    end
    local opts = { prompt = 'Model:', kind = 'inhouse_model', format_item = describe }
    vim.ui.select(result.models, opts, function(model)
      if model then
        choose(client, model.id)
      end
    end)
  end)
end

--- The ids that begin so, for the command line; waits half a second at most.
---@param lead string
---@return string[]
function M.ids(lead)
  local client = connection.client(0)
  local result = client and connection.wait(client, 'inhouse/models', 500)
  local models = result and result.models or {}
  return vim
    .iter(models)
    :map(function(model)
      return model.id
    end)
    :filter(function(id)
      return vim.startswith(id, lead)
    end)
    :totable()
end

return M
