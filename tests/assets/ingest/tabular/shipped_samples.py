"""Small files in the layouts of the shipped mappings: invented people, numbers kept for fiction."""

import json

ZENDESK_KEYS = (
    "id", "created_at", "updated_at", "direction", "completion_status", "agent_id", "customer_id",
    "phone_number", "call_group_id", "ivr_destination_group_name", "ivr_time_spent", "wait_time",
    "time_to_answer", "talk_time", "hold_time", "wrap_up_time", "duration", "voicemail",
    "callback", "overflowed", "exceeded_queue_wait_time", "outside_business_hours",
)  # fmt: skip


def _call(*values: object, **named: object) -> str:
    call = dict.fromkeys(ZENDESK_KEYS) | dict(zip(ZENDESK_KEYS, values, strict=False)) | named
    flags = ("voicemail", "callback", "overflowed", "exceeded_queue_wait_time",
             "outside_business_hours")  # fmt: skip
    return json.dumps(call | {name: bool(call[name]) for name in flags})


_DAY = "2026-01-05T"
_LINE = "+442079460100"
ZENDESK = "\n".join([
    # answered: 20 s of menu, 30 s of queue
    _call(1, f"{_DAY}09:00:00Z", f"{_DAY}09:06:00Z", "inbound", "completed", 71, 501, _LINE, 8,
          "Support", 20, 30, 50, 200, 10, 25, 260),
    # gave up in the queue, then in the menu
    _call(2, f"{_DAY}09:01:00Z", f"{_DAY}09:02:00Z", "inbound", "abandoned_in_queue", None, 502,
          _LINE, 8, None, 15, 40, None, 0, 0, None, 55),
    _call(3, f"{_DAY}09:02:00Z", f"{_DAY}09:03:00Z", "inbound", "abandoned_in_ivr", None, 503,
          _LINE, None, None, 5, 0, None, 0, 0, None, 5),
    # waited too long and left a message
    _call(4, f"{_DAY}09:03:00Z", f"{_DAY}09:09:00Z", "inbound", "completed", None, 504, _LINE, 8,
          "Support", 10, 120, None, 0, 0, None, 160, voicemail=True,
          exceeded_queue_wait_time=True),
    # transferred: both waits together are longer than the first answer took
    _call(5, f"{_DAY}09:04:00Z", f"{_DAY}09:20:00Z", "inbound", "completed", 72, 505, _LINE, 8,
          "Billing", 10, 90, 40, 300, None, 0, 460),
    # the same call, exported again after a change
    _call(5, f"{_DAY}09:04:00Z", f"{_DAY}09:30:00Z", "inbound", "completed", 72, 505, _LINE, 8,
          "Billing", 10, 90, 40, 310, None, 0, 470),
    _call(6, f"{_DAY}09:05:00Z", f"{_DAY}09:07:00Z", "outbound", "completed", 71, 506, _LINE,
          None, None, None, None, 12, 60, 0, 5, 72),
    # going on
    _call(7, f"{_DAY}09:06:00Z", f"{_DAY}09:06:00Z", "inbound", None, None, 507, _LINE, 8,
          "Support", 10, None, None, None, None, None, None),
    # bad: the time is none
    _call(8, "yesterday", f"{_DAY}09:07:00Z", "inbound", "completed", 71, 508, _LINE, 8,
          "Support", 20, 30, 50, 200, 10, 25, 260),
]) + "\n"  # fmt: skip

THREE_CX = """\
11,A11,00:03:20,2026/01/05 09:00:00,2026/01/05 09:00:30,2026/01/05 09:03:20,TerminatedBySrc,\
07700900101,800,10000,800,800,,Ext.101,101,,,,,Chain: 07700900101;Ext.800;Ext.101;,Line,Queue,\
Extension,Caller One,Sales,Ana Lima,
12,A12,00:00:41,2026/01/05 09:01:00,,2026/01/05 09:01:41,src_participant_terminated,\
07700900102,800,10000,800,800,,,,,,,,Chain: 07700900102;Ext.800;,Line,Queue,,,Sales,,101 102
13,A13,00:02:10,2026/01/05 09:02:00,2026/01/05 09:02:10,2026/01/05 09:04:10,TerminatedByDst,\
07700900103,Ext.101,10000,101,101,ReplacedDst,Ext.102,102,,,,,Chain: 07700900103;Ext.101;Ext.102;,\
Line,Extension,Extension,Caller Three,Ana Lima,Bo Ek,
14,A14,00:01:00,2026/01/05 09:03:00,2026/01/05 09:03:08,2026/01/05 09:04:08,TerminatedBySrc,\
Ext.102,07700900104,102,10001,07700900104,,,,,,,,Chain: Ext.102;07700900104;,Extension,Line,,Bo Ek,\
,,
15,A15,00:00:30,2026/01/05 09:04:00,2026/01/05 09:04:05,2026/01/05 09:04:30,TerminatedByDst,\
Ext.101,Ext.102,101,102,102,,,,,,,,Chain: Ext.101;Ext.102;,Extension,Extension,,Ana Lima,Bo Ek,,
16,A16,00:01:30,2026/01/05 09:05:00,2026/01/05 09:06:00,2026/01/05 09:06:30,TerminatedBySrc,\
07700900106,800,10000,800,800,,Ext.999,999,,,,,Chain: 07700900106;Ext.800;Ext.999;,Line,Queue,\
VMail,,Sales,,101
19,A19,00:00:05,2026/01/05 09:05:30,,2026/01/05 09:05:35,Failed,07700900109,800,10000,800,800,,,,,,\
,,,Line,Queue,,,Sales,,
17,A17,00:00:10,05.01.2026 09:06:00,,2026/01/05 09:06:10,Failed,07700900107,800,10000,800,800,,,,,,\
,,,Line,Queue,,,Sales,,
18,A18,00:00:10,2026/01/05 09:0
"""

CUCM_NAMES = (
    "cdrRecordType", "globalCallID_callManagerId", "globalCallID_callId", "dateTimeOrigination",
    "callingPartyNumber", "callingPartyUnicodeLoginUserID", "origCause_value",
    "originalCalledPartyNumber", "finalCalledPartyNumber", "finalCalledPartyUnicodeLoginUserID",
    "destCause_value", "dateTimeConnect", "dateTimeDisconnect", "globalCallId_ClusterID",
    "huntPilotDN", "duration",
)  # fmt: skip
_TYPES = ",".join(["INTEGER"] * 4 + ["VARCHAR(50)"] * 2 + ["INTEGER"] + ["VARCHAR(50)"] * 3
                  + ["INTEGER"] * 3 + ["VARCHAR(50)"] * 2 + ["INTEGER"])  # fmt: skip
# 1767603600 is 2026-01-05 09:00:00 UTC.
CUCM = (
    ",".join(f'"{name}"' for name in CUCM_NAMES)
    + "\n"
    + _TYPES
    + "\n"
    + """\
1,1,901,1767603600,"07700900201","",0,\
"5000","5101","alima",16,1767603625,1767603745,"Main","5000",120
1,1,902,1767603660,"07700900202","",16,"5000","5000","",0,0,1767603700,"Main","5000",0
1,1,903,1767603720,"07700900203","",393216,\
"5000","5101","alima",0,1767603730,1767603790,"Main","5000",60
1,1,903,1767603770,"07700900203","",16,\
"5102","5102","boek",0,1767603791,1767603891,"Main","",100
1,1,904,1767603780,\
"5102","boek",16,"+447700900204","+447700900204","",0,1767603790,1767603850,"Main","",60
1,1,905,1767603840,"5101","alima",0,"5102","5102","boek",17,0,1767603845,"Main","",0
1,1,906,1767603900,"5101","",16,"","","",0,0,1767603902,"Main","",0
1,1,907,soon,"07700900207","",16,\
"5000","5101","alima",0,1767603925,1767603945,"Main","5000",20
"""
)

TALKDESK = """\
call_id,callsid,type,start_at,end_at,talkdesk_phone_number,talkdesk_phone_display_name,\
contact_phone_number,user_id,user_name,user_email,total_time,talk_time,wait_time,hold_time,\
abandon_time,total_ringing_time,disposition_code,notes,ring_groups,is_in_business_hours,\
is_callback_from_queue,is_transfer,handling_user_name,recording_url,is_external_transfer
t1,CA1,inbound,2026-01-05T09:00:00Z,2026-01-05T09:13:00Z,+442079460100,support,+447700900301,u1,\
Ana Lima,ana@example.org,780,770,5,70,0,5,Solved,"said ""thanks"", twice",Product Support,true,\
false,false,,https://rec.example.org/t1,false
t2,CA2,short_abandoned,2026-01-05T09:01:00Z,2026-01-05T09:01:03Z,+442079460100,support,\
+447700900302,,,,3,0,3,0,3,0,,,Product Support,true,false,false,,,false
t3,CA3,abandoned,2026-01-05 09:02:00,2026-01-05 09:03:00,+442079460100,,+447700900303,,,,60,0,50,\
0,60,0,,,,true,false,false,,,false
t4,CA4,voicemail,2026-01-05T09:03:00Z,2026-01-05T09:04:00Z,+442079460100,support,+447700900304,,,,\
60,0,30,0,0,0,,,Product Support,true,false,false,,,false
t5,CA5,missed,2026-01-05T09:04:00Z,2026-01-05T09:05:00Z,+442079460100,support,+447700900305,,,,60,\
0,60,0,0,60,,,Product Support,true,false,false,,,false
t6,CA6,inbound,2026-01-05T09:05:00Z,2026-01-05T09:06:00Z,+442079460100,support,+447700900306,,,,\
60,50,10,0,0,10,,,Product Support,true,false,true,Bo Ek,,true
t7,CA7,outbound,2026-01-05T09:06:00Z,2026-01-05T09:07:00Z,+442079460100,support,+447700900307,u2,\
Bo Ek,bo@example.org,60,45,0,0,0,0,,,,true,false,false,,,false
t8,CA8,lost,2026-01-05T09:07:00Z,2026-01-05T09:08:00Z,+442079460100,support,+447700900308,,,,60,0,\
60,0,0,60,,,Product Support,true,false,false,,,false
"""

PHONENOW = """\
Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,\
Satisfaction rating
ID0001,Ana,2026-01-05,09:12:58,Contract related,Y,Y,109,00:02:23,3
ID0002,Bo,2026-01-05,09:20:00,Technical Support,Y,N,70,00:04:02,4
ID0003,Ana,2026-01-05,09:30:00,Payment related,N,N,,,
ID0004,Bo,1/5/2026,14:40:00,Streaming,Y,Y,10,00:00:30,5
ID0005,Bo,1/5/2026,2:50:00 PM,Streaming,Y,Y,10,00:00:45,
ID0006,Ana,2026-01-05,10:00:00,Streaming,Y,Y,10,half a minute,2
ID0007,Ana,2026-01-05,10:10:00,Streaming,maybe,Y,10,00:00:30,six
"""

QUALTRICS = """\
StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,RecipientEmail,ExternalReference,\
DistributionChannel,Q1,Q_NPS,Q_NPS_NPS_GROUP,Q2
Start Date,End Date,Response Type,Finished,Recorded Date,Response ID,Recipient Email,\
External Data Reference,Distribution Channel,"How satisfied are you,
all in all?",\
Would you recommend us?,Group,Why?
"{""ImportId"":""startDate"",""timeZone"":""Europe/London""}","{""ImportId"":""endDate""}",\
"{""ImportId"":""status""}","{""ImportId"":""finished""}","{""ImportId"":""recordedDate""}",\
"{""ImportId"":""_recordId""}","{""ImportId"":""recipientEmail""}",\
"{""ImportId"":""externalDataReference""}","{""ImportId"":""distributionChannel""}",\
"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""QID2_NPS_GROUP""}",\
"{""ImportId"":""QID3_TEXT""}"
2026-07-06 10:00:00,2026-07-06 10:02:00,IP Address,True,2026-07-06 10:02:05,R_1,ann@example.org,\
call-1,email,4,9,Promoter,"Quick,
ring me on 07700900401"
2026-07-06 11:00:00,2026-07-06 11:01:00,0,1,2026-07-06 11:01:05,R_2,,call-2,sms,\
5 - Very satisfied,10,Promoter,
2026-07-06 12:00:00,2026-07-06 12:01:00,IP Address,False,2026-07-13 12:00:00,R_3,,call-3,email,2,,,
2026-07-06 13:00:00,2026-07-06 13:01:00,Survey Preview,True,2026-07-06 13:01:05,R_4,,,preview,5,9,,
2026-07-06 14:00:00,2026-07-06 14:01:00,Spam,True,2026-07-06 14:01:05,R_5,,,anonymous,1,0,,
2026-07-06 15:00:00,2026-07-06 15:01:00,IP Address,True,2026-07-06 15:01:05,R_6,,,anonymous,,0,\
Detractor,
2026-07-06 16:00:00,2026-07-06 16:01:00,IP Address,True,2026-07-06 16:01:05,R_7,,,anonymous,\
Very satisfied,9,Promoter,
"""
