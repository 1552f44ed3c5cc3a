local T = ...
local merged = {}
for name, case in pairs(T.values.cases) do
  local lines = require('inhouse.merge').merged(unpack(case))
  merged[name] = lines and table.concat(lines) or false
end
return merged
