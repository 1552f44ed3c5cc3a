--- `$/progress`: values on tokens of ours go to whoever opened them; work-done progress goes to Neovim's handler too.
local M = {}

local WORK_DONE = { begin = true, report = true, ['end'] = true }

---@type table<string, fun(value: table)>
local receivers = {}
local count = 0

---@type table<integer, table<string|integer, string>> by client and token: the last words on what is under way
local under_way = {}

--- A token whose values `receive` gets, until it is closed.
---@param receive fun(value: table)
---@return string
function M.open(receive)
  count = count + 1
  local token = ('inhouse-%d-%d'):format(vim.fn.getpid(), count)
  receivers[token] = receive
  return token
end

---@param token string
function M.close(token)
  receivers[token] = nil
end

--- The handler of our client for `$/progress`.
function M.receive(err, params, context)
  local token, value = params.token, params.value
  local receive = receivers[token]
  if receive then
    receive(value)
  end
  if WORK_DONE[value.kind] then
    local here = under_way[context.client_id] or {}
    under_way[context.client_id] = here
    here[token] = value.kind ~= 'end' and (value.message or value.title or here[token]) or nil
    return vim.lsp.handlers['$/progress'](err, params, context)
  end
end

--- Nothing of this client's is under way any more.
---@param client_id integer
function M.ended(client_id)
  under_way[client_id] = nil
end

---@return string
function M.words()
  for _, here in pairs(under_way) do
    local _, words = next(here)
    if words then
      return words
    end
  end
  return ''
end

--- Shows work-done progress at the end of a line until it is closed.
---@param bufnr integer
---@param line integer from 0
---@return string token
---@return fun() close
function M.beside(bufnr, line)
  local namespace = vim.api.nvim_create_namespace('inhouse.progress')
  local mark = vim.api.nvim_buf_set_extmark(bufnr, namespace, line, 0, {})
  local token = M.open(function(value)
    if vim.api.nvim_buf_is_loaded(bufnr) and value.message then
      local row = vim.api.nvim_buf_get_extmark_by_id(bufnr, namespace, mark, {})[1]
      vim.api.nvim_buf_set_extmark(bufnr, namespace, row or 0, 0, {
        id = mark,
        virt_text = { { '  Inhouse: ' .. value.message, 'InhouseProgress' } },
        undo_restore = false,
      })
    end
  end)
  return token,
    function()
      M.close(token)
      if vim.api.nvim_buf_is_valid(bufnr) then
        vim.api.nvim_buf_del_extmark(bufnr, namespace, mark)
      end
    end
end

vim.api.nvim_set_hl(0, 'InhouseProgress', { link = 'Comment', default = true })

return M
