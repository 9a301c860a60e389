# Accounts, roles, grants and tokens: nobody hands on more than he holds.

as officer
POST /api/v1/users {"login":"Wang.Fang","name":"王芳"}
= 201 login=wang.fang state=active second_factor=false
  > id=wang
  > version=v
POST /api/v1/users {"login":"wang.fang","name":"另一位"}
= 409
POST /api/v1/users {"login":"x","name":"短"}
= 422 field=login
POST /api/v1/users {"login":"with.hash","name":"a","password":"b"}
= 400 field=password
GET /api/v1/users/{wang}
= 200 name=王芳
  !~ password
  !~ phc
POST /api/v1/users/{wang}/reset-password
= 200 login=wang.fang
  > password=first
POST /api/v1/users/{wang}/end-sessions
= 204
DELETE /api/v1/users/{wang}/totp
= 204
POST /api/v1/users/999/reset-password
= 404
POST /api/v1/users/abc/reset-password
= 404

# The one-time password works once it is typed right, and must be changed.
as anyone
POST /api/v1/session {"login":"wang.fang","password":"wrong"}
= 401 code=bad-credentials
POST /api/v1/session {"login":"no.such.body","password":"wrong"}
= 401 code=bad-credentials
POST /api/v1/session {"login":"WANG.FANG","password":"{first}"}
= 200 must_change=true user.login=wang.fang permissions.count=0 county.code=140406 county.name=潞城区
  < Set-Cookie: HttpOnly
  < Set-Cookie: SameSite=Lax
  !~ phc
POST /api/v1/session {"login":"","password":"x"}
= 400 field=login
POST /api/v1/session {"login":"a","password":""}
= 400 field=password
POST /api/v1/session {"login":"a","password":"b","remember":true}
= 400 field=remember
POST /api/v1/session {"login":"wang.fang","password":"{first}"}
  + Origin: https://evil.example
= 403 code=csrf
POST /api/v1/session {"login":"wang.fang","password":"{first}"}
  + Sec-Fetch-Site: cross-site
= 403 code=csrf
GET /api/v1/users
= 401

# Roles.
as officer
GET /api/v1/roles?sort=name&limit=20
= 200 items.count=8
GET /api/v1/roles?name=admin
= 200 items.0.builtin=true
  > items.0.id=admin_role
GET /api/v1/roles?name=operator
= 200
  > items.0.id=operator_role
  > items.0.version=operator_version
PATCH /api/v1/roles/{operator_role} {"version":{operator_version},"label":"改名"}
= 409 code=builtin
POST /api/v1/roles {"name":"super","label":"超级","permissions":["*"]}
= 403 code=escalation
POST /api/v1/roles {"name":"odd","label":"怪","permissions":["org.nothing"]}
= 422 field=permissions
POST /api/v1/roles {"name":"Bad Name","label":"怪","permissions":["org.view"]}
= 422 field=name
POST /api/v1/roles {"name":"viewer","label":"查看员","label_en":"Viewer","permissions":["org.view","station.view"]}
= 201
  > id=viewer
GET /api/v1/permissions
= 200

# Grants.
POST /api/v1/grants {"user_id":"{wang}","role_id":"{admin_role}","division":"140406000000"}
= 403 code=escalation
POST /api/v1/grants {"user_id":"{wang}","role_id":"{viewer}","division":"140406000000","until_on":"2020-01-01"}
= 422 field=until_on
POST /api/v1/grants {"user_id":"{wang}","role_id":"{viewer}"}
= 400 field=division
POST /api/v1/grants {"user_id":"{wang}","role_id":"{viewer}","division":"140406000000"}
= 201 division=140406000000
  ~ 王芳 · 查看员
  > id=grant
POST /api/v1/grants {"user_id":"{wang}","role_id":"{viewer}","division":"140406000000"}
= 409
PATCH /api/v1/grants/{grant} {"version":1,"division":"{town}"}
= 405
DELETE /api/v1/roles/{viewer}?version=1
= 409
as admin
POST /api/v1/grants {"user_id":"{wang}","role_id":"{operator_role}","division":"140406000000","org_id":"{org_alpha}"}
= 201 org_id={org_alpha} division=140406000000
as officer@town
GET /api/v1/users/{wang}
= 404
POST /api/v1/grants {"user_id":"{wang}","role_id":"{viewer}","division":"140406000000"}
= 400
POST /api/v1/county-rules {"name":"session.idle_min","value":60,"from_on":"2040-01-01"}
= 403 code=whole-county
as operator
GET /api/v1/users
= 403
POST /api/v1/grants {"user_id":"{wang}","role_id":"{viewer}","division":"140406000000"}
= 403

# An officer does not manage an administrator.
as admin
GET /api/v1/users?name=admin
= 200
  > items.0.id=chief
  > items.0.version=chief_version
as officer
POST /api/v1/users/{chief}/reset-password
= 403 code=outranked
POST /api/v1/users/{chief}/disable {"version":"{chief_version}"}
= 403 code=outranked
POST /api/v1/users/{chief}/end-sessions
= 403 code=outranked
DELETE /api/v1/users/{chief}/totp
= 403 code=outranked
PATCH /api/v1/users/{chief} {"version":{chief_version},"name":"改名"}
= 403 code=outranked
POST /api/v1/api-tokens/issue {"name":"借用","user_id":"{chief}","permissions":["org.view"]}
= 403 code=outranked

# Tokens do what they name and no more, and end when revoked.
POST /api/v1/api-tokens/issue {"name":"报表程序","permissions":["org.view"],"days":30}
= 201
  > token=token
  > id=token_id
POST /api/v1/api-tokens/issue {"name":"错","permissions":["no.such"]}
= 400 field=permissions
POST /api/v1/api-tokens/issue {"name":"错","permissions":[]}
= 400 field=permissions
POST /api/v1/api-tokens/issue {"name":"错","permissions":["org.view"],"days":1000}
= 400 field=days
GET /api/v1/api-tokens/{token_id}
= 200 name=报表程序 state=active
  !~ token_hash
as anyone
GET /api/v1/organisations
  + Authorization: Bearer {token}
= 200
GET /api/v1/session
  + Authorization: Bearer {token}
= 200 permissions.count=1
GET /api/v1/users
  + Authorization: Bearer {token}
= 403
POST /api/v1/session/password {"old":"a","new":"b"}
  + Authorization: Bearer {token}
= 403 code=session-needed
GET /api/v1/organisations
  + Authorization: Bearer {token}x
= 401 code=bad-token
GET /api/v1/organisations
  + Authorization: Basic abcd
= 401
as officer
POST /api/v1/api-tokens/{token_id}/revoke {}
= 200 state=revoked
as anyone
GET /api/v1/organisations
  + Authorization: Bearer {token}
= 401 code=bad-token

# Locking, disabling and removing.
as officer
GET /api/v1/users/{wang}
= 200
POST /api/v1/users/{wang}/lock {}
= 200 state=locked
as anyone
POST /api/v1/session {"login":"wang.fang","password":"{first}"}
= 403 code=account-disabled
as officer
POST /api/v1/users/{wang}/unlock {}
= 200 state=active
POST /api/v1/users/{wang}/disable {}
= 200 state=disabled
POST /api/v1/users/{wang}/enable {}
= 200 state=active
POST /api/v1/users/{wang}/remove {}
= 200 state=removed
POST /api/v1/users/{wang}/enable {}
= 409
GET /api/v1/grants/{grant}
= 404
GET /api/v1/users/{wang}/history
= 200
as anyone
POST /api/v1/session {"login":"wang.fang","password":"{first}"}
= 401 code=bad-credentials

# Sessions as administrators see them.
as officer
GET /api/v1/sessions?state=active&sort=-last_used_ms
= 200
  !~ token_hash
GET /api/v1/own/sessions
= 200
POST /api/v1/own/sessions/999/end
= 404
as admin
GET /api/v1/users?name=auditor
= 200
  > items.0.id=auditor
as auditor
GET /api/v1/session
= 200
as admin
GET /api/v1/sessions?user_id={auditor}&state=active
= 200 items.count=1
  > items.0.id=auditor_session
POST /api/v1/sessions/{auditor_session}/end {}
= 200 state=ended
as auditor
GET /api/v1/session
= 401 code=session-ended
