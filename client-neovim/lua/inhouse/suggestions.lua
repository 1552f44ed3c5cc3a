--- Ghost text: by Neovim's own inline completion where it has one (0.12), else by `inhouse.ghost`.
local M = {}

local enabled = false

local function built_in()
  return vim.lsp.inline_completion
end

---@param on? boolean nothing is the other way round
function M.enable(on)
  enabled = on == nil and not enabled or on == true
  if built_in() then
    built_in().enable(enabled)
  else
    require('inhouse.ghost').watch(enabled)
  end
end

---@return boolean
function M.is_enabled()
  return enabled
end

---@return boolean
function M.accept()
  if built_in() then
    return built_in().get()
  end
  return require('inhouse.ghost').accept()
end

--- Neovim's own has no word for it: its ghost text goes with the next move.
---@return boolean
function M.dismiss()
  if built_in() then
    built_in().enable(false)
    built_in().enable(enabled)
    return true
  end
  return require('inhouse.ghost').dismiss()
end

function M.ask()
  if built_in() then
    built_in().get()
  else
    require('inhouse.ghost').ask(1)
  end
end

return M
