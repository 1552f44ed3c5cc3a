--- Our client of a buffer, and commands sent by it. Every command's callback is called once, whatever happens.
local M = {}

---@alias inhouse.Reply fun(err: lsp.ResponseError?, result: any)

---@type table<integer, table<integer, inhouse.Reply>> by client and request: who waits for a reply
local waiting = {}

--- Gives a reply to the one who waits for it, if nobody has yet.
local function answer(client_id, request_id, err, result)
  local reply = vim.tbl_get(waiting, client_id, request_id)
  if reply then
    waiting[client_id][request_id] = nil
    reply(err, result)
  end
end

--- Whether a running client is the one for a file: one server for each project, and a file of no project takes any.
---@param client vim.lsp.Client
---@param config vim.lsp.ClientConfig
function M.serves(client, config)
  if client.name ~= config.name or client:is_stopped() then
    return false
  end
  return config.root_dir == nil or config.root_dir == client.root_dir
end

--- The client of this buffer, else the one that started last.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.client(bufnr)
  local here = bufnr and vim.lsp.get_clients({ name = 'inhouse', bufnr = bufnr })[1]
  if here then
    return here
  end
  local all = vim.lsp.get_clients({ name = 'inhouse' })
  return all[#all]
end

--- The same, with a word to the user if there is none.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.needed(bufnr)
  local client = M.client(bufnr)
  if not client then
    M.tell("Inhouse is not running here: vim.lsp.enable('inhouse') starts it (:checkhealth inhouse).", 'WARN')
  end
  return client
end

---@param client vim.lsp.Client
---@param method string
---@param params? table
---@param reply inhouse.Reply
---@param bufnr? integer whose changes the server must know first
function M.request(client, method, params, reply, bufnr)
  local id
  local _, sent = client:request(method, params or vim.empty_dict(), function(err, result)
    answer(client.id, id, err, result)
  end, bufnr)
  if not sent then
    return reply({ code = 0, message = 'The server does not run any more.' })
  end
  id = sent
  waiting[client.id] = waiting[client.id] or {}
  waiting[client.id][id] = reply
end

-- Neovim calls nobody back when a request ends as cancelled (`vim.lsp.rpc`), and says only that it is over. The event
-- comes before the callback of any other end, so what is still waiting behind that was cancelled.
vim.api.nvim_create_autocmd('LspRequest', {
  group = vim.api.nvim_create_augroup('inhouse.connection', { clear = true }),
  callback = function(event)
    if event.data.request.type == 'complete' then
      vim.schedule(function()
        local cancelled = { code = vim.lsp.protocol.ErrorCodes.RequestCancelled, message = 'It was stopped.' }
        answer(event.data.client_id, event.data.request_id, cancelled)
      end)
    end
  end,
})

--- Waits for the result of a request without params; nil if there is none in time.
---@param client vim.lsp.Client
---@param method string
---@param milliseconds integer
---@return any
function M.wait(client, method, milliseconds)
  local reply = client:request_sync(method, vim.empty_dict(), milliseconds)
  return reply and reply.result
end

--- Runs a command of the server's.
---@param client vim.lsp.Client
---@param command string
---@param argument? table
---@param reply inhouse.Reply
---@param opts? { bufnr?: integer, progress?: string } `progress` is a token for work-done progress
function M.execute(client, command, argument, reply, opts)
  opts = opts or {}
  local params = {
    command = command,
    arguments = argument and { argument } or nil,
    workDoneToken = opts.progress,
  }
  M.request(client, 'workspace/executeCommand', params, reply, opts.bufnr)
end

--- The server has gone: Neovim forgets the replies that were awaited, so they are given here.
---@param client_id integer
function M.ended(client_id)
  for id in pairs(waiting[client_id] or {}) do
    answer(client_id, id, { code = 0, message = 'The server has ended.' })
  end
  waiting[client_id] = nil
  require('inhouse.progress').ended(client_id)
end

--- Shows an error of the server's as one sentence and its hint; one's own stop is no news.
---@param err lsp.ResponseError
function M.tell_error(err)
  if err.code == vim.lsp.protocol.ErrorCodes.RequestCancelled then
    return
  end
  local hint = type(err.data) == 'table' and err.data.hint or ''
  M.tell(vim.trim(err.message .. ' ' .. hint), 'ERROR')
end

--- The handler of our client for `window/showMessage`: as everything else that it tells.
function M.show_message(_, params)
  local levels = { 'ERROR', 'WARN', 'INFO' }
  M.tell(params.message, levels[params.type] or 'INFO')
end

---@param message string
---@param level? 'INFO'|'WARN'|'ERROR'
function M.tell(message, level)
  vim.notify(message, vim.log.levels[level or 'INFO'], { title = 'Inhouse' })
end

return M
