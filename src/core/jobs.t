# Files and the jobs that read and write them: a workbook is sent, checked in the background, and its job is watched.

as officer
POST /api/v1/files?name=orgs.csv&accept=sheet 名称
  + Content-Type: application/octet-stream
= 201 name=orgs.csv
  > id=file
GET /api/v1/files/{file}/info
= 200 name=orgs.csv
GET /api/v1/files/{file}
= 200
GET /api/v1/files/4711
= 404
POST /api/v1/organisations/import {"file":"{file}","dry":true}
  + Idempotency-Key: import-1
= 202
  > job=job
POST /api/v1/organisations/import {"file":"{file}","dry":true}
  + Idempotency-Key: import-1
= 202 job={job}
GET /api/v1/jobs/{job}
= 200 state=queued kind=core.import
  ~ 导入
as grower@alpha
GET /api/v1/jobs/{job}
= 404
POST /api/v1/jobs/{job}/cancel
= 404
GET /api/v1/jobs
= 200 items.count=0

as officer
POST /api/v1/jobs/{job}/cancel
= 200 state=cancelled
POST /api/v1/jobs/{job}/cancel
= 409
POST /api/v1/organisations/import {"file":"{file}"}
= 202
  > job=second
drain
GET /api/v1/jobs/{second}?lang=en
= 200
GET /api/v1/jobs?limit=1
= 200 items.0.id={second} next={second}
GET /api/v1/jobs?limit=1&after={second}
= 200 items.0.id={job}

# The end of the job is told to who started it, and to nobody else.
GET /api/v1/notices
= 200 unread=1
  > items.0.id=notice
as operator
POST /api/v1/notices/{notice}/read
= 404
as officer
POST /api/v1/notices/{notice}/read
= 204
GET /api/v1/notices
= 200 unread=0
