--- `inhouse.action`, the command behind every code action: asks for what is missing, shows progress.
local M = {}

local connection = require('inhouse.connection')

local REWRITE = 'refactor.rewrite.inhouse'

--- True where the range has a comment that says what to do: the server reads it.
local function says_how(bufnr, range)
  local lines = vim.api.nvim_buf_get_lines(bufnr, range.start.line, range['end'].line + 1, false)
  return vim.iter(lines):any(function(line)
    return line:find('inhouse:', 1, true) ~= nil
  end)
end

local function start(client, bufnr, argument)
  local token, close = require('inhouse.progress').beside(bufnr, argument.range.start.line)
  connection.execute(client, 'inhouse.action', argument, function(err)
    close()
    if err then
      connection.tell_error(err) -- of any other end the server tells itself
    end
  end, { bufnr = bufnr, progress = token })
end

--- The selection is the action's range by now, and a proposal would wait for the end of Visual mode.
local function leave_visual_mode()
  if vim.fn.mode():match('^[vV\22]') then
    vim.api.nvim_feedkeys(vim.keycode('<Esc>'), 'nx', false)
  end
end

---@param argument table the command's argument, as the code action has it
---@param context { client_id: integer }
function M.run(argument, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local bufnr = vim.uri_to_bufnr(argument.uri)
  leave_visual_mode()
  if argument.kind ~= REWRITE or argument.instruction or says_how(bufnr, argument.range) then
    return start(client, bufnr, argument)
  end
  vim.ui.input({ prompt = 'Rewrite how? ' }, function(instruction)
    if instruction and vim.trim(instruction) ~= '' then
      start(client, bufnr, vim.tbl_extend('force', argument, { instruction = instruction }))
    end
  end)
end

return M
