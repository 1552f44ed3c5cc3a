--- What one calls from a configuration, a mapping or a status line. `:help inhouse`.
local M = {}

--- Sets options and enables the server. Not needed: `vim.lsp.enable('inhouse')` does with the defaults.
---@param options? inhouse.Options
function M.setup(options)
  require('inhouse.options').set(options or {})
  vim.lsp.enable('inhouse')
end

--- Opens this project's chat in a window; `lines`, first and last from 1, are attached by a link.
---@param opts? { new?: boolean, text?: string, lines?: [integer, integer] }
function M.chat(opts)
  require('inhouse.chat').open(opts or {})
end

--- Answers the last turn of a chat document.
---@param bufnr? integer
function M.send(bufnr)
  require('inhouse.chat').send(bufnr or vim.api.nvim_get_current_buf())
end

--- Stops what works on the current buffer; if nothing does, all that runs.
function M.stop()
  require('inhouse.stop').stop()
end

--- Picks the model that this session asks.
---@param id? string without it one is asked
function M.model(id)
  require('inhouse.models').select(id)
end

function M.status()
  require('inhouse.status').show()
end

--- Reviews what is staged, or one file; the findings come as diagnostics.
---@param path? string
function M.review(path)
  require('inhouse.review').review(path)
end

--- Switches ghost text while one types on or off; without `on` the other way round.
---@param on? boolean
function M.complete(on)
  require('inhouse.suggestions').enable(on)
end

--- Takes the ghost text over. False if there is none, so that a mapping can do something else.
---@return boolean
function M.accept()
  return require('inhouse.suggestions').accept()
end

--- Takes the ghost text away. False if there is none.
---@return boolean
function M.dismiss()
  return require('inhouse.suggestions').dismiss()
end

--- Asks for ghost text now.
function M.suggest()
  require('inhouse.suggestions').ask()
end

--- What is being worked on, in a few words for a status line; empty if nothing is.
---@return string
function M.progress()
  return require('inhouse.progress').words()
end

return M
