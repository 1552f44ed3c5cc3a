local T = ...
require('inhouse').setup({ preview = false })
local values = T.values
local client = T.open(values.path)
local source = vim.api.nvim_get_current_buf()
local seen = { edited = {}, undone = {} }

vim.ui.input = function(_, done)
  done('Without the helper.')
end

local function text()
  return T.text(source) .. '\n'
end

--- Picks the one action of this kind from the menu; the cursor stands in the function.
local function pick(kind, line)
  vim.api.nvim_win_set_cursor(0, { line, 0 })
  local context = { only = { kind } }
  if kind:find('^quickfix') then
    local range = { start = { line = line, character = 0 }, ['end'] = { line = line, character = 20 } }
    context.diagnostics = { { range = range, severity = 1, message = 'sun is not defined', source = 'check' } }
    vim.api.nvim_win_set_cursor(0, { line + 1, 0 })
  end
  local opts = { context = context, apply = true }
  opts.filter = function(action)
    return action.kind == kind
  end
  if kind:find('rewrite') then
    opts.range = { start = { line, 0 }, ['end'] = { line + values.lines - 1, 80 } }
  end
  vim.lsp.buf.code_action(opts)
end

local function over(kind)
  T.until_true('the end of ' .. kind, function()
    return vim.tbl_isempty(client.requests)
  end)
end

local old = text()
for _, kind in ipairs(values.edits) do
  pick(kind, kind:find('complete') and values.mean or values.total)
  T.until_true('the edit of ' .. kind, function()
    return text() ~= old
  end)
  over(kind)
  seen.edited[kind] = text()
  T.undo()
  seen.undone[kind] = text()
end

local window = vim.api.nvim_get_current_win()
pick('refactor.inhouse.explain', values.total)
seen.explained = T.until_true('the explanation', function()
  return vim.api.nvim_get_current_buf() ~= source and T.text()
end)
assert(vim.api.nvim_win_get_buf(window) == source, 'the code is still shown')
over('explain')

vim.api.nvim_set_current_win(window)
pick('refactor.inhouse.tests', values.total)
T.until_true('the test file', function()
  return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':.') == values.test
end)
over('tests')
seen.test = T.text() .. '\n'
return seen
