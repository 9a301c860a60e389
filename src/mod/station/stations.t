# Stations: their life, and the township's place on the schematic map.

as operator
POST /api/v1/stations {"code":"140406-s001","name":"店上镇服务站","kind":"town_station","division":"140406100000","location":{"lng":113.3,"lat":36.4},"area_milli":120000}
= 201 code=140406-S001 state=planned
  > id=a
POST /api/v1/stations {"code":"140406-S001","name":"重复","kind":"town_station","division":"140406100000"}
= 409
POST /api/v1/stations {"code":"140406-S002","name":"无级别","division":"140406100000"}
= 400 field=kind
POST /api/v1/stations {"code":"140406-S002","name":"外县","kind":"village_point","division":"110101001000"}
= 400 field=division
POST /api/v1/stations/{a}/resume {}
= 409
POST /api/v1/stations/{a}/open {}
= 200 state=open
POST /api/v1/stations/{a}/suspend {"comment":"整改"}
= 200 state=suspended
POST /api/v1/stations/{a}/resume {}
= 200 state=open
PATCH /api/v1/stations/{a} {"version":4,"code":"OTHER"}
= 400 field=code
drain
GET /api/v1/divisions?parent=140406000000
= 200 items.3.code=140406100000 items.3.schematic=false
  ~ "lng":113.3,"lat":36.4
POST /api/v1/stations {"code":"140406-S003","name":"店上村点","kind":"village_point","division":"140406100000","location":{"lng":113.5,"lat":36.4}}
= 201
drain
GET /api/v1/divisions?parent=140406000000
= 200
  ~ "lng":113.4,"lat":36.4
POST /api/v1/stations/{a}/close {"comment":"撤并"}
= 200 state=closed
drain
GET /api/v1/divisions?parent=140406000000
= 200
  ~ "lng":113.5,"lat":36.4
as inspector
GET /api/v1/stations
= 200 items.count=2
PATCH /api/v1/stations/{a} {"version":5,"name":"x"}
= 403
as grower@alpha
GET /api/v1/stations
= 403
as officer@town
GET /api/v1/stations
= 200 items.count=0
