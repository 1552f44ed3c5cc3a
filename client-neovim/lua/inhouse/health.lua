--- `:checkhealth inhouse`.
local M = {}

local connection = require('inhouse.connection')

local health = vim.health

local PATIENCE = 10000

local function check_editor()
  health.start('Neovim')
  if vim.fn.has('nvim-0.11') == 0 then
    health.error('Neovim 0.11 or newer is needed.')
    return
  end
  local ghost = vim.lsp.inline_completion and 'its own inline completion' or 'extmarks'
  health.ok(('Neovim %s; ghost text by %s'):format(tostring(vim.version()), ghost))
end

--- The program, as the configuration names it.
local function check_program()
  health.start('The server')
  local config = vim.lsp.config.inhouse
  local cmd = config and config.cmd
  if type(cmd) ~= 'table' then
    return health.info('It is started by a function of yours.')
  end
  if vim.fn.executable(cmd[1]) == 0 then
    return health.error(
      ('`%s` cannot be run.'):format(cmd[1]),
      "Put it on the PATH that Neovim sees, or name it: vim.lsp.config('inhouse', { cmd = { '/path/to/inhouse', 'serve' } })"
    )
  end
  local run = vim.system({ cmd[1], '--version' }, { text = true }):wait(PATIENCE)
  health.ok(('%s: %s'):format(vim.fn.exepath(cmd[1]), vim.trim(run.stdout or '')))
  if not vim.lsp.is_enabled('inhouse') then
    health.warn('It is not enabled.', "vim.lsp.enable('inhouse') in your configuration")
  end
end

local function check_backends(client)
  health.start('Backends and models')
  local status = connection.wait(client, 'inhouse/status', PATIENCE)
  if not status then
    return health.error('The server does not answer.', 'See its log: :lua =vim.lsp.log.get_filename()')
  end
  local words = require('inhouse.status')
  for _, backend in ipairs(status.backends) do
    local line = ('%s: %s, %s, %s'):format(backend.name, backend.kind, backend.zone, backend.state)
    if backend.problem then
      health.warn(('%s (%s)'):format(line, words.problem(backend.problem)))
    else
      health.ok(line)
    end
  end
  local models = connection.wait(client, 'inhouse/models', PATIENCE)
  if not models or #models.models == 0 then
    health.warn('No model can be asked.', { '`inhouse doctor` in a terminal says why.' })
  else
    health.ok(('%d models, the default is %s'):format(#models.models, models.default or 'none'))
  end
end

function M.check()
  check_editor()
  check_program()
  local client = connection.client()
  if not client then
    return health.info('It is not running: it starts with the first file.')
  end
  local folders = vim.iter(client.workspace_folders or {}):map(function(folder)
    return folder.name
  end)
  health.ok(('It runs, client %d, in %s'):format(client.id, folders:join(', ')))
  check_backends(client)
end

return M
