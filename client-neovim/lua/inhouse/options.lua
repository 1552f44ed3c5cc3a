--- The choices that are the editor's; all else is set at the server (`:help inhouse-settings`).
local M = {}

---@class inhouse.Options
---@field preview? boolean show an edit as a diff before it lands (default true)
---@field completion? boolean ghost text while one types (default false)

---@type inhouse.Options
local current = { preview = true, completion = false }

---@param options inhouse.Options
function M.set(options)
  for name, value in pairs(options) do
    if current[name] == nil then
      error(('inhouse: there is no option %q; there are preview and completion'):format(name), 0)
    end
    vim.validate(name, value, 'boolean')
  end
  current = vim.tbl_extend('force', current, options)
  if options.completion ~= nil then
    require('inhouse.suggestions').enable(options.completion)
  end
end

---@return inhouse.Options
function M.get()
  return current
end

return M
