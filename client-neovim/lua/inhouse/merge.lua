--- Three texts as lists of lines: what was, what is proposed, and what has become of it meanwhile.
local M = {}

---@class inhouse.Hunk
---@field first integer the first line of `from` that it replaces, from 1
---@field count integer how many; 0 is an insertion before `first`
---@field lines string[] what stands there in `to`

---@param lines string[]
local function joined(lines)
  return #lines == 0 and '' or table.concat(lines, '\n') .. '\n'
end

---@param from string[]
---@param to string[]
---@return inhouse.Hunk[] in order
function M.hunks(from, to)
  local diff = vim.text.diff or vim.diff -- its name from 0.12 on, and before
  local found = diff(joined(from), joined(to), { result_type = 'indices' }) --[[@as integer[][] ]]
  return vim
    .iter(found)
    :map(function(hunk)
      local first, count, to_first, to_count = unpack(hunk)
      return {
        first = count == 0 and first + 1 or first, -- an insertion is told by the line before it
        count = count,
        lines = vim.list_slice(to, to_first, to_first + to_count - 1),
      }
    end)
    :totable()
end

---@param a inhouse.Hunk
---@param b inhouse.Hunk
local function touch(a, b)
  return a.first <= b.first + b.count and b.first <= a.first + a.count
end

--- The hunks of both sides in order, one that both have once; nil where they want the same lines otherwise.
---@param mine inhouse.Hunk[]
---@param theirs inhouse.Hunk[]
---@return inhouse.Hunk[]?
local function combined(mine, theirs)
  local all = vim.list_extend({}, mine)
  for _, hunk in ipairs(theirs) do
    local same = false
    for _, other in ipairs(mine) do
      if vim.deep_equal(hunk, other) then
        same = true
      elseif touch(hunk, other) then
        return nil
      end
    end
    if not same then
      table.insert(all, hunk)
    end
  end
  table.sort(all, function(a, b)
    return a.first < b.first
  end)
  return all
end

--- `base` with the changes of both; nil if they are in each other's way.
---@param base string[]
---@param proposed string[]
---@param current string[]
---@return string[]?
function M.merged(base, proposed, current)
  local hunks = combined(M.hunks(base, current), M.hunks(base, proposed))
  if not hunks then
    return nil
  end
  local result, next_line = {}, 1
  for _, hunk in ipairs(hunks) do
    vim.list_extend(result, base, next_line, hunk.first - 1)
    vim.list_extend(result, hunk.lines)
    next_line = hunk.first + hunk.count
  end
  return vim.list_extend(result, base, next_line, #base)
end

return M
