--- Chat documents: opened here, answered by the server, whose answer is inserted as it comes.
local M = {}

local connection = require('inhouse.connection')
local progress = require('inhouse.progress')

local SUFFIX = '.chat.md'

---@type table<integer, true> the buffers in which an answer arrives
local answering = {}

--- The folder that a chat of this buffer belongs to.
local function root(bufnr)
  local client = connection.client(bufnr)
  return client and client.root_dir or vim.fs.root(bufnr, { '.inhouse.toml', '.git' }) or vim.fn.getcwd()
end

local function chat_name(folder, number)
  return vim.fs.joinpath(folder, ('inhouse-%d%s'):format(number, SUFFIX))
end

--- This project's last chat, or a name that neither a file nor a buffer has. It is written with `:w`, or never.
local function find(folder, new)
  local number = 1
  while vim.fn.bufexists(chat_name(folder, number)) == 1 or vim.uv.fs_stat(chat_name(folder, number)) do
    number = number + 1
  end
  local last = chat_name(folder, number - 1)
  return chat_name(folder, not new and vim.fn.bufloaded(last) == 1 and number - 1 or number)
end

local function link(bufnr, folder, lines)
  local path = vim.api.nvim_buf_get_name(bufnr)
  local target = vim.fs.relpath(folder, path) or path
  if lines then
    target = ('%s#L%d-L%d'):format(target, lines[1], lines[2])
  end
  return ('[%s](<%s>)'):format(target, target)
end

local function show(path)
  local bufnr = vim.fn.bufadd(path)
  local window = vim.fn.bufwinid(bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('botright vertical sbuffer ' .. bufnr)
  end
  vim.bo[bufnr].buflisted = true
  if vim.bo[bufnr].filetype == '' then
    vim.bo[bufnr].filetype = 'markdown'
  end
  return bufnr
end

--- Puts text at the end of the question that is being written.
local function add(bufnr, text)
  local last = vim.api.nvim_buf_get_lines(bufnr, -2, -1, true)[1]
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_lines(bufnr, last == '' and -2 or -1, -1, false, lines)
  vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(bufnr), #lines[#lines] })
end

--- Calls back once the server has this document.
local function once_attached(bufnr, go)
  if #vim.lsp.get_clients({ name = 'inhouse', bufnr = bufnr }) > 0 then
    return go()
  end
  vim.api.nvim_create_autocmd('LspAttach', {
    buffer = bufnr,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'inhouse' then
        go()
        return true -- removes this autocommand
      end
    end,
  })
end

--- A chat with `text` as its question, which is sent, or with room for one.
---@param opts { new?: boolean, text?: string, lines?: [integer, integer] }
function M.open(opts)
  local source = vim.api.nvim_get_current_buf()
  local folder = root(source)
  local bufnr = show(find(folder, opts.new))
  if vim.api.nvim_buf_line_count(bufnr) == 1 and vim.fn.getline(1) == '' then
    add(bufnr, '## You\n\n')
  end
  if opts.lines then
    add(bufnr, link(source, folder, opts.lines) .. '\n')
  end
  if opts.text then
    add(bufnr, opts.text)
    once_attached(bufnr, function()
      M.send(bufnr)
    end)
  end
end

--- The handler of our client for `window/showDocument`: a chat comes beside the code, not in its place.
function M.show_document(err, params, context)
  if not vim.endswith(params.uri, SUFFIX) then
    return vim.lsp.handlers['window/showDocument'](err, params, context)
  end
  local window = vim.api.nvim_get_current_win()
  show(vim.uri_to_fname(params.uri))
  if vim.api.nvim_get_mode().mode ~= 'n' then
    vim.api.nvim_set_current_win(window) -- nobody's typing is interrupted
  end
  return { success = true }
end

---@param stream inhouse.Stream
local function receiver(stream)
  return function(value)
    if value.kind == 'heading' or value.kind == 'text' then
      stream:insert(value.text)
    elseif value.kind == 'notice' then
      connection.tell(value.message)
    end
  end
end

--- Answers the last turn of this document.
---@param bufnr integer
---@param argument? table what the code action or lens says beyond the document
function M.send(bufnr, argument)
  local client = connection.needed(bufnr)
  if not client or answering[bufnr] then
    return
  end
  local stream = require('inhouse.stream').behind(bufnr)
  local values = progress.open(receiver(stream))
  local work = progress.open(function(value)
    stream:say(value.message)
  end)
  answering[bufnr] = true
  local wanted = { uri = vim.uri_from_bufnr(bufnr), partialResultToken = values }
  connection.execute(client, 'inhouse.chat', vim.tbl_extend('keep', wanted, argument or {}), function(err)
    answering[bufnr] = nil
    progress.close(values)
    progress.close(work)
    stream:close()
    if err then
      connection.tell_error(err)
    end
  end, { bufnr = bufnr, progress = work })
end

return M
