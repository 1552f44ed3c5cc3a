-- Neovim's configuration in these tests. It runs a script as a coroutine beside Neovim's own loop, so that undo, modes and
-- syncing are what a user gets, and writes what the script returns into a file. Scripts wait on conditions only.
local job = vim.json.decode(table.concat(vim.fn.readfile(vim.env.EDITOR_JOB), '\n'))

vim.opt.runtimepath:prepend(job.client)
vim.opt.swapfile = false
vim.opt.shortmess:append('FIc')

local T = { values = job.values, package = job.client, notified = {} }

vim.notify = function(message, level)
  table.insert(T.notified, { message = message, level = level })
end

--- Comes back with the condition's value once it has one.
function T.until_true(what, condition, seconds)
  local script = coroutine.running()
  local deadline = vim.uv.now() + (seconds or 20) * 1000
  local timer = assert(vim.uv.new_timer())
  timer:start(
    0,
    5,
    vim.schedule_wrap(function()
      if timer:is_closing() then
        return
      end
      local fine, value = pcall(condition)
      if not fine or value or vim.uv.now() > deadline then
        timer:close()
        coroutine.resume(script, fine, value)
      end
    end)
  )
  local fine, value = coroutine.yield()
  assert(fine, value)
  assert(value, 'waited in vain: ' .. what .. '\n' .. vim.inspect(T.notified) .. '\n' .. T.text())
  return value
end

--- Calls something that wants a callback, and comes back with what it is called with.
function T.called(what, start)
  local got
  start(function(...)
    got = { n = select('#', ...), ... }
  end)
  T.until_true(what, function()
    return got
  end)
  return unpack(got, 1, got.n)
end

--- Keys as if they were typed; their effect comes later.
function T.type(keys)
  vim.api.nvim_input(keys)
end

function T.text(bufnr)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr or 0, 0, -1, true), '\n')
end

--- Opens a file of the workspace, with our client attached and ready.
function T.open(path)
  vim.cmd.edit(path)
  return T.until_true('attached to ' .. path, function()
    local client = vim.lsp.get_clients({ name = 'inhouse', bufnr = 0 })[1]
    return client and client.initialized and client
  end)
end

--- Runs an action on whole lines, from 0, the last one exclusive, as the editor's menu would.
function T.act(client, kind, first, last, more)
  local range = { start = { line = first, character = 0 }, ['end'] = { line = last, character = 0 } }
  local argument = vim.tbl_extend('error', { kind = kind, uri = vim.uri_from_bufnr(0), range = range }, more or {})
  client:exec_cmd({ title = kind, command = 'inhouse.action', arguments = { argument } })
end

--- One `u` as it is typed, in Normal mode.
function T.undo()
  T.type('<Esc>u')
  local tick = vim.b.changedtick
  T.until_true('undone', function()
    return vim.b.changedtick ~= tick
  end)
end

--- The lines of the ghost text; none if there is none.
function T.ghost()
  local namespace = vim.api.nvim_create_namespace('inhouse.ghost')
  local lines = {}
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
    table.insert(lines, mark[4].virt_text[1][1])
    for _, below in ipairs(mark[4].virt_lines or {}) do
      table.insert(lines, below[1][1])
    end
  end
  return lines
end

function T.notice(pattern)
  return T.until_true('a message with ' .. pattern, function()
    return vim.iter(T.notified):find(function(one)
      return one.message:find(pattern)
    end)
  end)
end

local function finish(result)
  result.notified = T.notified
  for _, client in ipairs(vim.lsp.get_clients()) do
    client:stop()
  end
  vim.wait(5000, function()
    return #vim.lsp.get_clients() == 0
  end, 5)
  vim.fn.writefile({ vim.json.encode(result) }, job.result)
  vim.cmd('qall!')
end

vim.api.nvim_create_autocmd('VimEnter', {
  once = true,
  callback = vim.schedule_wrap(coroutine.wrap(function()
    local fine, value = xpcall(function()
      return assert(loadfile(job.script))(T)
    end, debug.traceback)
    finish(fine and { value = value } or { error = value })
  end)),
})
