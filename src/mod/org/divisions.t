# Divisions: looking up, merging, splitting, renaming; nothing recorded before is lost.

as anyone
GET /api/v1/divisions
= 401
as grower@alpha
GET /api/v1/divisions?parent=140406000000
= 200 items.count=9 items.3.name=店上镇 items.3.level=4 items.3.schematic=true
GET /api/v1/divisions?under=140406000000&level=4
= 200 items.count=9
GET /api/v1/divisions?parent=0
= 200 items.0.name=山西省
GET /api/v1/divisions?under=140406100000
= 200 items.0.code=140406100000
GET /api/v1/divisions?q=店上
= 200 items.0.name=店上镇
GET /api/v1/divisions?q=%25
= 200 items.count=0
GET /api/v1/divisions?parent=12
= 400 field=parent
GET /api/v1/divisions?level=9
= 400 field=level
GET /api/v1/divisions?foo=1
= 400 field=foo
POST /api/v1/divisions/rename {"code":"140406100000","name":"新店上镇"}
= 403
as officer@town
POST /api/v1/divisions/rename {"code":"140406100000","name":"新店上镇"}
= 403 code=whole-county

# A row in a township that is about to be merged away.
as officer
POST /api/v1/stations {"code":"140406-S901","name":"微子站","kind":"town_station","division":"140406101000"}
= 201 state=planned
  > id=station
GET /api/v1/stations?division.within=140406100000
= 200 items.count=0
POST /api/v1/divisions/merge {"from":["140406101000"],"into":"140406100000","note":"晋政函〔2026〕1 号"}
= 204
GET /api/v1/divisions?parent=140406000000
= 200 items.count=8
GET /api/v1/divisions?parent=140406000000&ended=1
= 200 items.count=9
GET /api/v1/divisions/140406101000/history
= 200 items.0.kind=merge items.0.into=140406100000 items.0.old_name=微子镇
GET /api/v1/divisions/140406100000/history
= 200 items.0.kind=merge
GET /api/v1/stations/{station}
= 200 division=140406101000
GET /api/v1/stations?division.within=140406100000
= 200 items.count=1
POST /api/v1/stations {"code":"140406-S902","name":"旧镇新站","kind":"town_station","division":"140406101000"}
= 400 field=division
POST /api/v1/divisions/merge {"from":["140406101000"],"into":"140406100000"}
= 400 field=from
POST /api/v1/divisions/merge {"from":["140406100000"],"into":"140406100000"}
= 400 field=from
POST /api/v1/divisions/merge {"from":["140406102001"],"into":"140406100000"}
= 400 field=from
POST /api/v1/divisions/merge {"from":[],"into":"140406100000"}
= 400 field=from
POST /api/v1/divisions/merge {"from":["140406102000"],"into":"140406100000","on":"2999-01-01"}
= 400 field=on

POST /api/v1/divisions/rename {"code":"140406201000","name":"黄牛蹄镇","note":"撤乡设镇"}
= 204
GET /api/v1/divisions?q=黄牛蹄镇
= 200 items.0.code=140406201000
GET /api/v1/divisions?q=黄牛蹄乡
= 200 items.0.name=黄牛蹄镇
POST /api/v1/divisions/rename {"code":"140406201000","name":""}
= 400 field=name
POST /api/v1/divisions/rename {"code":"999","name":"x"}
= 400 field=code

POST /api/v1/divisions/split {"code":"140406102000","into":[{"code":"140406105000","name":"新安泉镇"}]}
= 204
GET /api/v1/divisions?q=新安泉镇
= 200 items.0.code=140406105000
POST /api/v1/divisions/split {"code":"140406102000","into":[{"code":"140406105000","name":"又一个"}]}
= 409
POST /api/v1/divisions/split {"code":"140406102000","into":[{"code":"150406105000","name":"外县"}]}
= 400 field=into
POST /api/v1/divisions/split {"code":"140406102000","into":[{"code":"140406106000"}]}
= 400 field=into
GET /api/v1/divisions/140406999000/history
= 404
