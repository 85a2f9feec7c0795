-- What wrk asks: each path in turn, with the tag of the last answer where that is asked for; counts statuses.
local paths, tag, place = {}, nil, 0
local threads = {}
counts = ""

function setup(thread) table.insert(threads, thread) end

function init()
   for path in os.getenv("WRK_PATHS"):gmatch("%S+") do table.insert(paths, path) end
   wrk.headers["Authorization"] = "Bearer " .. os.getenv("WRK_TOKEN")
   if os.getenv("WRK_GZIP") ~= "" then wrk.headers["Accept-Encoding"] = "gzip" end
   unchanged = os.getenv("WRK_UNCHANGED") ~= ""
   plain = {}
   for number, path in ipairs(paths) do plain[number] = wrk.format("GET", path) end
   statuses = {}
end

function request()
   place = place % #paths + 1
   return tagged or plain[place]
end

function response(status, headers)
   statuses[status] = (statuses[status] or 0) + 1
   if unchanged and status == 200 and headers["ETag"] ~= tag then
      tag = headers["ETag"]
      wrk.headers["If-None-Match"] = tag
      tagged = wrk.format("GET", paths[1])
   end
   counts = ""
   for known, count in pairs(statuses) do counts = counts .. known .. ":" .. count .. " " end
end

function done()
   local sums = {}
   for _, thread in ipairs(threads) do
      for status, count in thread:get("counts"):gmatch("(%d+):(%d+)") do
         sums[status] = (sums[status] or 0) + tonumber(count)
      end
   end
   for status, count in pairs(sums) do print("status " .. status .. ": " .. count) end
end
