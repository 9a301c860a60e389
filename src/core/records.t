# What every record route does: create, read, list, change, remove; versions, keys given once, problems.

as officer
GET /api/v1/meta
= 200 county.code=140406

as anyone
GET /api/v1/meta
= 401
GET /api/v1/organisations
= 401
GET /api/v1/nothing
= 404
PUT /api/v1/organisations
= 405
  < Allow: GET

as officer
POST /api/v1/organisations {"name":"东坡合作社","kind":"cooperative","uscc":"93140406MA0K10035E","division":"{village}"}
= 201 name=东坡合作社 state=draft version=1
  > id=org
  < Location: /api/v1/organisations/
  < ETag: "1"
GET /api/v1/organisations/{org}
= 200 name=东坡合作社
  < ETag: "1"
GET /api/v1/organisations/{org}?labels=1
= 200
  ~ _labels
GET /api/v1/organisations/{org}?lables=1
= 400 field=lables
GET /api/v1/organisations?q=东&count=1&labels=1
= 200 count=1 items.0.id={org}
GET /api/v1/organisations?nam=x
= 400

# A change needs the version that was read.
PATCH /api/v1/organisations/{org} {"name":"东坡果业"}
= 400 code=version-required
PATCH /api/v1/organisations/{org} {"name":"东坡果业","version":1}
= 200 name=东坡果业 version=2
  < ETag: "2"
PATCH /api/v1/organisations/{org} {"name":"别的"}
  + If-Match: "1"
= 409 code=stale-version
PATCH /api/v1/organisations/{org} {"name":"东坡果业公司"}
  + If-Match: "2"
= 200 version=3
PATCH /api/v1/organisations/{org} {"name":"x"}
  + If-Match: W/"x"
= 400 field=If-Match

# Problems name every wrong field, in the reader's language.
POST /api/v1/organisations {"kind":"bank","colour":"red"}
= 400
  ~ "errors"
  ~ colour
POST /api/v1/organisations?lang=en {"kind":"bank"}
= 400
  < Content-Language: en
POST /api/v1/organisations {"name":
= 400
POST /api/v1/organisations [1]
= 400
POST /api/v1/organisations name=x
  + Content-Type: application/x-www-form-urlencoded
= 415
POST /api/v1/organisations {"name":"x","kind":"cooperative","division":"{village}"}
  + X-CSRF-Token: forged
= 403 code=csrf

# A key given once: the repeat gets the first answer, another body is refused.
POST /api/v1/organisations {"name":"一次合作社","kind":"cooperative","uscc":"93140406MA0K100439","division":"{village}"}
  + Idempotency-Key: story-1
= 201
  > id=once
POST /api/v1/organisations {"name":"一次合作社","kind":"cooperative","uscc":"93140406MA0K100439","division":"{village}"}
  + Idempotency-Key: story-1
= 201 id={once}
  < Idempotency-Replayed: true
POST /api/v1/organisations {"name":"两次合作社","kind":"cooperative","uscc":"93140406MA0K100439","division":"{village}"}
  + Idempotency-Key: story-1
= 422 code=idempotency-mismatch
GET /api/v1/organisations?name=一次合作社&count=1
= 200 count=1
POST /api/v1/organisations {"name":"x","kind":"cooperative","division":"{village}"}
  + Idempotency-Key: 中
= 400 field=Idempotency-Key

# Moves and history.
POST /api/v1/organisations/{org}/activate {}
= 200 state=active
POST /api/v1/organisations/{org}/activate
= 409
POST /api/v1/organisations/{org}/fly
= 404
POST /api/v1/organisations/{org}/suspend {"coment":"x"}
= 400 field=coment
GET /api/v1/organisations/{org}/history
= 200 items.0.actor=officer
GET /api/v1/organisations/1/history
= 404
GET /api/v1/organisations/abc
= 404

# What belongs to others does not exist.
as enterprise@alpha
GET /api/v1/organisations/{org}
= 404
GET /api/v1/organisations/{org}/history
= 404
GET /api/v1/organisations?count=1
= 200 count=1 items.0.id={org_alpha}
GET /api/v1/organisations?q=东坡&count=1
= 200 count=0

as nobody
GET /api/v1/organisations
= 403
