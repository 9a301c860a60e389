# Health, metrics, search, jobs, notices, dashboard, audit.

as anyone
GET /healthz
= 200
GET /readyz
= 200
GET /metrics
= 200
  ~ ezhen_http_requests_total
GET /api/v1/openapi.json
= 200 openapi=3.1.0
GET /api/v1/search?q=x
= 401

as officer
GET /api/v1/search?q=甲
= 200 items.0.resource=organisations
GET /api/v1/search
= 400 field=q
GET /api/v1/jobs
= 200
GET /api/v1/jobs?limit=500
= 400 field=limit
GET /api/v1/jobs/12345
= 404
POST /api/v1/jobs/12345/cancel
= 404
GET /api/v1/notices
= 200 unread=0
GET /api/v1/notices?after=x
= 400 field=after
POST /api/v1/notices/123/read
= 404
POST /api/v1/notices/read-all
= 204
GET /api/v1/dashboard
= 200
GET /api/v1/audit
= 200
GET /api/v1/audit?resource=organisations&limit=1
= 200
GET /api/v1/audit?from_ms=x
= 400 field=from_ms
GET /api/v1/live
= 400 field=topics
GET /api/v1/live?topics=../x
= 400 field=topics

as grower@alpha
GET /api/v1/audit
= 403
