/*---
description: The medium of a contact.
owner: team:analytics
grain: [channel_key]
columns:
  channel_key: {description: Key of the channel; -1 when not known., tests: [not_null, unique]}
  channel_label: The channel for people.
  is_written: {description: Both sides write., tests: [not_null]}
  is_live: {description: Both sides are there at the same time., tests: [not_null]}
---*/
with word as (
    select 'voice' as channel, 'Voice' as channel_label, false as is_written, true as is_live
    union all select 'chat', 'Chat', true, true
    union all select 'email', 'E-mail', true, false
    union all select 'sms', 'SMS', true, false
    union all select 'social', 'Social media', true, false
)

select md5_key(channel) as channel_key, channel, channel_label, is_written, is_live
from word
union all
select -1, 'unknown', 'Unknown', false, false
