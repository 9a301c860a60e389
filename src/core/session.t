# The own session: streams, second factor, password, devices, logging out.

as officer
stream /api/v1/live?topics=jobs,notices,trace
stream /api/v1/screen/live
GET /api/v1/screen
= 200

as operator
POST /api/v1/session/totp
= 200
  > secret=secret
POST /api/v1/session/totp/confirm {"code":"000000"}
= 400
totp code {secret}
POST /api/v1/session/totp/confirm {"code":"{code}"}
= 200 second_factor=true
as anyone
POST /api/v1/session {"login":"{login_operator}","password":"Correct-Horse-9-Battery"}
= 401 code=totp-required
as operator
totp code {secret} next
DELETE /api/v1/session/totp {"code":"{code}"}
= 200 second_factor=false

as inspector
POST /api/v1/session/password {"old":"wrong","new":"Another-Horse-8-Stable"}
= 400
POST /api/v1/session/password {"old":"Correct-Horse-9-Battery","new":"Another-Horse-8-Stable"}
= 204

as grower@alpha
GET /api/v1/own/sessions
= 200
  > items.0.id=session
POST /api/v1/own/sessions/{session}/end
= 204

as enterprise@alpha
DELETE /api/v1/session
= 204
GET /api/v1/session
= 401

as auditor
POST /api/v1/session/everywhere-out
= 204

as officer
POST /api/v1/api-tokens/issue {"name":"报表","permissions":["org.view"],"days":30}
= 201
  > id=token
GET /api/v1/api-tokens/{token}/history
= 200
# A grant is taken back.
as admin
GET /api/v1/roles?name=grower
= 200
  > items.0.id=role
POST /api/v1/grants {"user_id":"{user_nobody}","role_id":"{role}","division":"{town}"}
= 201
  > id=grant
DELETE /api/v1/grants/{grant}?version=1
= 204
