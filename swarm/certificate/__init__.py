"""The certificate: what siege, census, judge and audits showed of one student, as data that anyone can count again."""
