--- `workspace/applyEdit` for our client: an edit of one document is shown before it lands, a stale one is refused.
local M = {}

---@alias inhouse.Applied { applied: boolean, failureReason?: string }

--- The edits by document, and whether files are made or moved as well.
---@param edit lsp.WorkspaceEdit
---@return lsp.TextDocumentEdit[]
---@return boolean
local function parts(edit)
  local documents, moves = {}, false
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind then
      moves = true
    else
      table.insert(documents, change)
    end
  end
  for uri, edits in pairs(not edit.documentChanges and edit.changes or {}) do
    table.insert(documents, { textDocument = { uri = uri }, edits = edits })
  end
  return documents, moves
end

--- Neovim drops a stale edit and calls it applied.
---@param document lsp.TextDocumentEdit
local function is_stale(document)
  local version = document.textDocument.version
  local now = vim.lsp.util.buf_versions[vim.uri_to_bufnr(document.textDocument.uri)]
  return type(version) == 'number' and version > 0 and now > version
end

local function is_chat(document)
  return vim.endswith(document.textDocument.uri, '.chat.md')
end

--- A line end at the end of a new file's text is no further line: Neovim's empty buffer has a line already.
---@param edit lsp.WorkspaceEdit
local function end_new_files(edit)
  for _, change in ipairs(edit.documentChanges or {}) do
    local bufnr = change.kind == 'create' and vim.uri_to_bufnr(change.uri)
    if
      bufnr
      and vim.api.nvim_buf_line_count(bufnr) > 1
      and vim.api.nvim_buf_get_lines(bufnr, -2, -1, true)[1] == ''
    then
      vim.api.nvim_buf_set_lines(bufnr, -2, -1, true, {})
    end
  end
end

--- A document that no window shows would be changed unseen.
---@param documents lsp.TextDocumentEdit[]
local function show(documents)
  for _, document in ipairs(documents) do
    local bufnr = vim.uri_to_bufnr(document.textDocument.uri)
    if #vim.fn.win_findbuf(bufnr) == 0 then
      vim.cmd('botright sbuffer ' .. bufnr)
    end
  end
end

--- The handler. It answers once the user has decided, where there is something to decide.
---@param params lsp.ApplyWorkspaceEditParams
---@return inhouse.Applied
function M.receive(err, params, context)
  local documents, moves = parts(params.edit)
  if vim.iter(documents):any(is_stale) then
    return { applied = false, failureReason = 'The document has changed since.' }
  end
  local waiter, is_main = coroutine.running()
  local one = #documents == 1 and not moves and not is_chat(documents[1])
  if require('inhouse.options').get().preview and one and waiter and not is_main then
    local encoding = assert(vim.lsp.get_client_by_id(context.client_id)).offset_encoding
    require('inhouse.preview').open(documents[1], encoding, function(applied)
      coroutine.resume(waiter, applied)
    end)
    return coroutine.yield()
  end
  local reply = vim.lsp.handlers['workspace/applyEdit'](err, params, context)
  end_new_files(params.edit)
  show(documents)
  return reply
end

return M
