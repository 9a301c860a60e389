# The wall screen: figures of the reader's scope, for those who may see it.

as anyone
GET /api/v1/screen
= 401
as grower@alpha
GET /api/v1/screen
= 403
as screen
GET /api/v1/screen
= 200 cards.0.name=orgs recent_scans.count=0
  ~ "lots_by_town"
  ~ "scans_by_day"
GET /api/v1/dashboard
= 200
as officer
GET /api/v1/dashboard
= 200
  ~ trace.lots
GET /api/v1/screen?token=ezt_wrong
= 401
