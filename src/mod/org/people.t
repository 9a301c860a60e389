# Organisations, people, consents, personal data requests and county rules.

as operator
POST /api/v1/organisations {"name":"丁家庭农场","kind":"family_farm","division":"{village}","phone":"13800138001"}
= 201 state=draft
  > id=farm
  > version=v
POST /api/v1/organisations {"name":"戊公司","kind":"enterprise","division":"{village}"}
= 400 field=uscc
POST /api/v1/organisations/{farm}/activate {}
= 200 state=active
DELETE /api/v1/organisations/{farm}?version=2
= 409 code=not-draft
POST /api/v1/organisations/{farm}/suspend {}
= 400
POST /api/v1/organisations/{farm}/suspend {"comment":"资料不全"}
= 200 state=suspended
POST /api/v1/organisations/{farm}/resume {}
= 200 state=active

# An enterprise edits its own register entry but does not approve itself, and sees nobody else's.
as enterprise@alpha
GET /api/v1/organisations
= 200 items.count=1 items.0.id={org_alpha}
GET /api/v1/organisations/{org_beta}
= 404
POST /api/v1/organisations/{org_alpha}/suspend {"comment":"x"}
= 403
POST /api/v1/organisations {"name":"冒名","kind":"cooperative","division":"{village}"}
= 400

as operator
POST /api/v1/people {"name":"孙丙","kind":"grower","phone":"13800138002","division":"{village}","org_id":"{farm}"}
= 201 name=孙丙 phone=13800138002
  > id=sun
  > person_id=own
GET /api/v1/people/{sun}
= 200 person_id={sun}
as inspector
GET /api/v1/people/{sun}
= 200
  !~ 13800138002
  !~ 孙丙
GET /api/v1/people?phone=13800138002
= 200
  !~ 13800138002
as auditor
GET /api/v1/people?limit=10
= 200
  !~ 13800138002
as operator
POST /api/v1/people {"name":"a","kind":"grower","division":"{village}","idno":"110101199003070000"}
= 400 field=idno
DELETE /api/v1/people/{sun}?version=1
= 204
GET /api/v1/people/{sun}
= 404

# Consents, given by paper and on the phone, withdrawn by the person.
POST /api/v1/consents {"wording":"个人信息处理同意书 2026-1 版","person_id":"{person_alpha}","purpose":"trace_page","channel":"paper","given_ms":{now_ms}}
= 201 state=given
POST /api/v1/consents {"wording":"x","person_id":"{person_alpha}","purpose":"trace_page","channel":"paper","given_ms":9999999999999}
= 400 field=given_ms
as grower@alpha
GET /api/v1/own/consents
= 200 items.count=1
POST /api/v1/own/consents {"wording":"个人信息处理同意书 2026-1 版","purpose":"portrait"}
= 201 channel=phone state=given
  > id=consent
POST /api/v1/own/consents {"wording":"x","purpose":"nonsense"}
= 400 field=purpose
as grower@beta
GET /api/v1/own/consents
= 200 items.count=0
POST /api/v1/own/consents/{consent}/withdraw
= 404
as grower@alpha
POST /api/v1/own/consents/{consent}/withdraw
= 204
as officer
GET /api/v1/own/consents
= 404 code=no-person

# A copy of everything about the person, for the person.
as grower@alpha
POST /api/v1/own/data-requests {"kind":"export","reason":"想看看"}
= 201 state=submitted kind=export
  > id=copy
POST /api/v1/own/data-requests {"kind":"everything"}
= 400 field=kind
GET /api/v1/own/data-requests/{copy}/file
= 404
as operator
GET /api/v1/data-requests
= 403
as officer
POST /api/v1/data-requests/{copy}/reject {}
= 400
POST /api/v1/data-requests/{copy}/approve {}
= 200 state=approved
POST /api/v1/data-requests/{copy}/complete {}
= 404
drain
GET /api/v1/data-requests/{copy}
= 200 state=done
as grower@alpha
GET /api/v1/own/data-requests
= 200 items.0.state=done
GET /api/v1/own/data-requests/{copy}/file
= 200
  ~ 赵甲
  ~ portrait
  !~ 钱乙
  !~ phc
as grower@beta
GET /api/v1/own/data-requests/{copy}/file
= 404

# Erasure empties the person's fields; rows and trail stay; the account is gone.
as grower@beta
POST /api/v1/own/data-requests {"kind":"erasure"}
= 201
  > id=erase
as officer
POST /api/v1/data-requests/{erase}/approve {}
= 200 state=approved
drain
GET /api/v1/data-requests/{erase}
= 200 state=done
GET /api/v1/people/{person_beta}
= 200 name=已删除
  !~ 钱乙
as grower@beta
GET /api/v1/session
= 401

# Rules of the county: future ones may change, those in force may not.
as officer
GET /api/v1/rules
= 200 items.0.name=session.idle_min items.0.value=30
POST /api/v1/county-rules {"name":"session.idle_min","value":20,"from_on":"2040-01-01","note":"安全制度"}
= 201
  > id=rule
PATCH /api/v1/county-rules/{rule} {"version":1,"value":25}
= 200 value=25
POST /api/v1/county-rules {"name":"session.idle_min","value":20,"from_on":"2040-01-01"}
= 409
POST /api/v1/county-rules {"name":"session.idle_min","value":1,"from_on":"2040-02-01"}
= 422 field=value
POST /api/v1/county-rules {"name":"session.idle_min","value":20,"from_on":"2020-01-01"}
= 409 code=in-force
POST /api/v1/county-rules {"name":"no.such","value":20,"from_on":"2040-01-01"}
= 422 field=name
POST /api/v1/county-rules {"name":"session.idle_min","value":45,"from_on":"{today}"}
= 201
  > id=today_rule
GET /api/v1/rules
= 200 items.0.value=45 items.0.rule_id={today_rule}
DELETE /api/v1/county-rules/{today_rule}?version=1
= 409 code=in-force
DELETE /api/v1/county-rules/{rule}?version=2
= 204
as enterprise@alpha
GET /api/v1/rules
= 403
