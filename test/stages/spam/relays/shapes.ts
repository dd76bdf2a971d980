/** Received fields as many programs write them, and what SpamAssassin 4.0.1 makes of them (`-`: nothing, `?`: it does not understand them). */
export const shapes: readonly (readonly [field: string, relay: string])[] = [
  [
    'from mail.example.com (mail.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTPS id 4XyZ12 for <a@example.net>; Mon, 1 Jan 2024 10:00:00 +0000 (UTC)',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=4XyZ12 auth= msa=0 ]',
  ],
  [
    'from mail.example.com (unknown [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=4XyZ12 auth= msa=0 ]',
  ],
  [
    'from mail.example.com (unknown[192.0.2.1]) by mx.example.net (Postfix) with SMTP id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=4XyZ12 auth= msa=0 ]',
  ],
  [
    'from [192.168.1.2] (dsl.example.com [192.0.2.1]) (Authenticated sender: bob) by mx.example.net (Postfix) with ESMTPSA id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=dsl.example.com helo=!192.168.1.2! by=mx.example.net ident= envfrom= intl=1 id=4XyZ12 auth=ESMTPSA msa=0 ]',
  ],
  [
    'from [192.168.1.2] (dsl.example.com [192.0.2.1]) (Authenticated sender: bob) by mx.example.net (OurMail) with ESMTP id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=dsl.example.com helo=!192.168.1.2! by=mx.example.net ident= envfrom= intl=1 id=4XyZ12 auth=Postfix (OurMail) msa=0 ]',
  ],
  [
    'from a.example.com (a.example.com [192.0.2.1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS) (No client certificate requested) by mx.example.net (Postfix) with ESMTPS id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=a.example.com helo=a.example.com by=mx.example.net ident= envfrom= intl=0 id=4XyZ12 auth= msa=0 ]',
  ],
  [
    'from localhost (localhost [IPv6:::1]) by mx.example.net (Postfix) with ESMTP id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=::1 rdns=localhost helo=localhost by=mx.example.net ident= envfrom= intl=1 id=4XyZ12 auth= msa=0 ]',
  ],
  [
    'from v6.example.com (v6.example.com [IPv6:2001:db8::25]) by mx.example.net (Postfix) with ESMTPS id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=2001:db8::25 rdns=v6.example.com helo=v6.example.com by=mx.example.net ident= envfrom= intl=0 id=4XyZ12 auth= msa=0 ]',
  ],
  [
    'from mapped.example.com (mapped.example.com [::ffff:192.0.2.1]) by mx.example.net with esmtp; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mapped.example.com helo=mapped.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  ['by mx.example.net (Postfix, from userid 1002) id 4XyZ12; Mon, 1 Jan 2024 10:00:00 +0000', '-'],
  [
    'from mail.example.com (host.example.com [192.0.2.1] (may be forged)) by mx.example.net (8.15.2/8.15.2) with ESMTP id u01ABC for <a@example.net>; Mon, 1 Jan 2024 10:00:00 GMT',
    '[ ip=192.0.2.1 rdns=host.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=u01ABC auth= msa=0 ]',
  ],
  [
    'from mail.example.com (IDENT:root@host.example.com [192.0.2.1]) by mx.example.net (8.15.2/8.15.2) with SMTP id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns=host.example.com helo=mail.example.com by=mx.example.net ident=root envfrom= intl=0 id=u01ABC auth= msa=0 ]',
  ],
  [
    'from mail.example.com (root@host.example.com [192.0.2.1]) by mx.example.net (8.15.2/8.15.2) with SMTP id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns=host.example.com helo=mail.example.com by=mx.example.net ident=root envfrom= intl=0 id=u01ABC auth= msa=0 ]',
  ],
  [
    'from pc (ident@[192.0.2.1]) by mx.example.net (8.15.2/8.15.2) with SMTP id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns= helo=pc by=mx.example.net ident=ident envfrom= intl=0 id=u01ABC auth= msa=0 ]',
  ],
  [
    'from pc ([192.0.2.1]) (authenticated bits=0) by mx.example.net (8.15.2/8.15.2) with ESMTP id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns= helo=pc by=mx.example.net ident= envfrom= intl=1 id=u01ABC auth=Sendmail msa=0 ]',
  ],
  [
    'from mail.example.com ([192.0.2.1]) by mx.example.net (8.15.2/8.15.2) with ESMTP id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=u01ABC auth= msa=0 ]',
  ],
  [
    'from localhost (joe@localhost) by mx.example.net (8.15.2/8.9.3) with SMTP id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100',
    '-',
  ],
  ['(from joe@localhost) by mx.example.net (8.15.2/8.15.2/Submit) id u01ABC; Mon, 1 Jan 2024 10:00:00 +0100', '-'],
  [
    'from mail.example.com ([192.0.2.1]) by mx.example.net with esmtps (TLS1.3:ECDHE_RSA:256) (Exim 4.96) (envelope-from <joe@example.com>) id 1rK-0001 for a@example.net; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom=joe@example.com intl=0 id=1rK-0001 auth= msa=0 ]',
  ],
  [
    'from mail.example.com ([192.0.2.1] helo=pc.example.com ident=joe) by mx.example.net with esmtp (Exim 4.96) id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=pc.example.com by=mx.example.net ident=joe envfrom= intl=0 id=1rK-0001 auth= msa=0 ]',
  ],
  [
    'from [192.0.2.1] (helo=pc.example.com ident=joe) by mx.example.net with smtp (Exim 4.96) id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=pc.example.com by=mx.example.net ident=joe envfrom= intl=0 id=1rK-0001 auth= msa=0 ]',
  ],
  [
    'from mail.example.com [192.0.2.1] by mx.example.net with esmtp (Exim 4.96) id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=1rK-0001 auth= msa=0 ]',
  ],
  [
    'from mail.example.com ([192.0.2.1]:52313) by mx.example.net with esmtps (Exim 4.96) id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=1rK-0001 auth= msa=0 ]',
  ],
  [
    'from odd.example.com (helo.example.com) [192.0.2.1.5555] (mail) by mx.example.net with esmtp (Exim 4.96) id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=odd.example.com helo=helo.example.com by=mx.example.net ident= envfrom= intl=0 id=1rK-0001 auth= msa=0 ]',
  ],
  ['from joe by mx.example.net with local (Exim 4.96) id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000', '-'],
  [
    'from www-data by mx.example.net (Exim 4.96) with local for <a@example.net> id 1rK-0001; Mon, 01 Jan 2024 10:00:00 +0000',
    '-',
  ],
  [
    'from unknown (HELO pc.example.com) (192.0.2.1) by mx.example.net with SMTP; 1 Jan 2024 10:00:00 -0000',
    '[ ip=192.0.2.1 rdns= helo=pc.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com (HELO pc.example.com) (joe@192.0.2.1) by mx.example.net with SMTP; 1 Jan 2024 10:00:00 -0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=pc.example.com by=mx.example.net ident=joe envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com (192.0.2.1) by mx.example.net with SMTP; 1 Jan 2024 10:00:00 -0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com (joe@192.0.2.1) by mx.example.net with QMQP; 1 Jan 2024 10:00:00 -0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident=joe envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from unknown (HELO pc) (joe@[192.0.2.1]) (envelope-sender <joe@example.com>) by mx.example.net (qmail-ldap-1.03) with SMTP for <a@example.net>; 1 Jan 2024 10:00:00 -0000',
    '[ ip=192.0.2.1 rdns= helo=pc by=mx.example.net ident=joe envfrom=joe@example.com intl=0 id= auth= msa=0 ]',
  ],
  [
    'from 192.0.2.1 (EHLO ) (192.0.2.1) by mx.example.net with SMTP; Mon, 1 Jan 2024 10:00:00 -0800',
    '[ ip=192.0.2.1 rdns=192.0.2.1 helo= by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com (HELO pc) (192.0.2.1) by mx.example.net (qpsmtpd/0.96) with ESMTPS; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=pc by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  ['(qmail 27981 invoked by uid 225); 1 Jan 2024 10:00:00 -0000', '-'],
  [
    'from mail.example.com (LHLO mail.example.com) (192.0.2.1) by mx.example.net with LMTP; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com ([192.0.2.1]) by mx.example.net with Microsoft SMTPSVC(6.0.3790.4675); Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from pc ([192.0.2.1] RDNS failed) by mx.example.net with Microsoft SMTPSVC(6.0.3790.4675); Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=pc by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  ['from mail pickup service by mx.example.net with Microsoft SMTPSVC; Mon, 1 Jan 2024 10:00:00 +0000', '-'],
  [
    'from EX1.example.com (192.0.2.1) by EX2.example.com (192.0.2.2) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.35; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=EX1.example.com helo=EX1.example.com by=EX2.example.com ident= envfrom= intl=0 id=15.1.2507.35 auth= msa=0 ]',
  ],
  [
    'from AM5.prod.example.com ([fe80::19bd:c588:dd17:5226]) by AM6.prod.example.com ([fe80::19bd:c588:dd17:5226%6]) with mapi id 15.20.7135.019; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=fe80::19bd:c588:dd17:5226 rdns= helo=AM5.prod.example.com by=AM6.prod.example.com ident= envfrom= intl=1 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com (mail.example.com [192.0.2.1]) by mx.example.net with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2653.13) id ABC123; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=ABC123 auth= msa=0 ]',
  ],
  [
    'from mail.example.com (mail.example.com. [192.0.2.1]) by mx.google.com with ESMTPS id a1si12345abc.1.2024.01.01.10.00.00 for <a@example.net> (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Mon, 01 Jan 2024 10:00:00 -0800 (PST)',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.google.com ident= envfrom= intl=0 id=a1si12345abc.1.2024.01.01.10.00.00 auth= msa=0 ]',
  ],
  [
    'from [192.168.0.2] (mail.example.com. [192.0.2.1]) by mx.google.com with ESMTPS id a1sm12345678abc.1.2024.01.01.10.00.00 (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256); Mon, 01 Jan 2024 10:00:00 -0800 (PST)',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=!192.168.0.2! by=mx.google.com ident= envfrom= intl=1 id=a1sm12345678abc.1.2024.01.01.10.00.00 auth=GMail - transport=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256 msa=0 ]',
  ],
  ['by 2002:a05:6a00:2345:b0:6d9:abcd with SMTP id x12csp12345; Mon, 1 Jan 2024 10:00:00 -0800 (PST)', '-'],
  [
    'from mail.example.com (mail.example.com [192.0.2.1]) (AUTH: LOGIN joe, TLS: TLSv1,128bits,RC4-MD5) by mx.example.net with esmtp; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=1 id= auth=LOGIN msa=0 ]',
  ],
  [
    'from pc (softdnserr [192.0.2.1]) by mx.example.net with esmtp; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=pc by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from (AUTH: e40a9cea) by mx.example.net with esmtp (courier-0.40) for <a@example.net>; Mon, 01 Jan 2024 10:00:00 +0000',
    '-',
  ],
  [
    'from list.example.com (192.0.2.1:23198) by mx.example.net with [XMail 1.27 ESMTP Server] id <S72E> for <a@example.net> from <joe@example.com>; Mon, 1 Jan 2024 10:00:00 -0500',
    '[ ip=192.0.2.1 rdns= helo=list.example.com by=mx.example.net ident= envfrom=joe@example.com intl=0 id=S72E auth= msa=0 ]',
  ],
  [
    'from ([192.0.2.1:33672] helo=pc.example.com) by mx.example.net (ecelerity 3.0) with ESMTP id EE/20; Mon, 01 Jan 2024 10:00:00 -0400',
    '[ ip=192.0.2.1 rdns= helo=pc.example.com by=mx.example.net ident= envfrom= intl=0 id=EE/20 auth= msa=0 ]',
  ],
  [
    'from ([192.0.2.1:33672]) by mx.example.net (ecelerity HEAD) with SMTP id EE/20; Mon, 01 Jan 2024 10:00:00 -0400',
    '-',
  ],
  [
    'from PC ( 192.0.2.1) by mx.example.net (Scalix SMTP Relay 10.0.1.3) via ESMTP; Mon, 01 Jan 2024 10:00:00 -0500 (CDT)',
    '[ ip=192.0.2.1 rdns= helo=PC by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com ([192.0.2.1]) by mx.example.net (Lotus Domino Release 9.0.1) with ESMTP id 2024-1; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=2024-1 auth= msa=0 ]',
  ],
  [
    'from 192.0.2.1 ([192.0.2.1]) by mx.example.net (IMP) with HTTP for <a@example.net>; Mon, 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=1 id= auth=HTTP msa=0 ]',
  ],
  [
    'from 192.0.2.1 (SquirrelMail authenticated user joe) by mx.example.net with HTTP; Mon, 1 Jan 2024 10:00:00 -0500 (EST)',
    '[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=1 id= auth=HTTP msa=0 ]',
  ],
  [
    'from 192.0.2.1 by web.sysops.aol.com (192.0.2.2) with HTTP (WebMailUI); Mon, 01 Jan 2024 10:00:00 -0400',
    '[ ip=192.0.2.1 rdns= helo= by=web.sysops.aol.com ident= envfrom= intl=1 id= auth=HTTP msa=0 ]',
  ],
  [
    'from 192.0.2.1 by law11.hotmail.msn.com with HTTP; Mon, 1 Jan 2024 10:00:00 GMT',
    '[ ip=192.0.2.1 rdns= helo= by=law11.hotmail.msn.com ident= envfrom= intl=1 id= auth=HTTP msa=0 ]',
  ],
  [
    'from [192.0.2.1] by web1.mail.example.com via HTTP; Mon, 1 Jan 2024 10:00:00 PST',
    '[ ip=192.0.2.1 rdns= helo= by=web1.mail.example.com ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com ([192.0.2.1] verified) by mx.example.net (CommuniGate Pro SMTP 6.2) with ESMTP id 9786656; Mon, 1 Jan 2024 10:00:00 +0600',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=9786656 auth= msa=0 ]',
  ],
  [
    'from [192.0.2.1] (account joe HELO [192.168.1.4]) by mx.example.net (CommuniGate Pro SMTP 6.2) with ESMTPA id 2088434; Mon, 01 Jan 2024 10:00:00 -0500',
    '[ ip=192.0.2.1 rdns= helo=!192.168.1.4! by=mx.example.net ident= envfrom= intl=1 id=2088434 auth=ESMTPA msa=0 ]',
  ],
  [
    'from mail.example.com [192.0.2.1] by mx.example.net [192.0.2.2] with SMTP (MDaemon.PRO.v5.0.6.R) for <a@example.net>; Mon, 1 Jan 2024 10:00:00 +1000',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from mail.example.com (mail.example.com[192.0.2.1]) by mx.example.net (mx1) with SMTP id <2024abc>; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=2024abc auth= msa=0 ]',
  ],
  [
    'from mail.example.com (<unknown.domain>[192.0.2.1]) by mx.example.net (mx1) with SMTP id <2024abc>; Mon, 1 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=2024abc auth= msa=0 ]',
  ],
  [
    'from pc.example.com (EHLO homepc) [192.0.2.1] by mail.gmx.net (mp010) with SMTP; 1 Jan 2024 10:00:00 +0100',
    '[ ip=192.0.2.1 rdns=pc.example.com helo=homepc by=mail.gmx.net ident= envfrom= intl=1 id= auth=GMX (SMTP / mail.gmx.net) msa=0 ]',
  ],
  [
    'from mail.example.com(192.0.2.1) by mx.example.net via smap (V1.3) id xma093673; Mon, 1 Jan 24 10:00:00 -0600',
    '[ ip=192.0.2.1 rdns=mail.example.com helo= by=mx.example.net ident= envfrom= intl=0 id=xma093673 auth= msa=0 ]',
  ],
  [
    'from mail.example.com(192.0.2.1, HELO pc) by mx.example.net via smap (V1.3) id xma093673; Mon, 1 Jan 24 10:00:00 -0600',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=pc by=mx.example.net ident= envfrom= intl=0 id=xma093673 auth= msa=0 ]',
  ],
  [
    'from mail.example.com(192.0.2.1), claiming to be "pc.example.com" via SMTP by mx.example.net, id smtpd1; Mon Jan 1 10:00:00 2024',
    '[ ip=192.0.2.1 rdns=mail.example.com helo=pc.example.com by=mx.example.net ident= envfrom= intl=0 id=smtpd1 auth= msa=0 ]',
  ],
  [
    'FROM mail.example.com (host.example.com [192.0.2.1]) BY mx.example.net ID 434B508E.174A6 ; 1 Jan 2024 10:00:00 -0400',
    '[ ip=192.0.2.1 rdns=host.example.com helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id=434B508E.174A6 auth= msa=0 ]',
  ],
  [
    '(from pc [192.0.2.1]) by mx.example.net (NAVGW 2.5.2.12) with SMTP id M2024 for <a@example.net>; Mon, 01 Jan 2024 10:00:00 +0000',
    '[ ip=192.0.2.1 rdns= helo=pc by=mx.example.net ident= envfrom= intl=0 id=M2024 auth= msa=0 ]',
  ],
  ['from mail.example.com by mx.example.net; Mon, 1 Jan 2024 10:00:00 +0000', '-'],
  ['from mail.example.com by mx.example.net with ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000', '-'],
  ['from pop.example.com (192.0.2.1) by home.example.net with POP3; 1 Jan 2024 10:00:00 -0000', '-'],
  [
    'from mail.example.com [192.0.2.1] by home with IMAP (fetchmail-6.4) for joe@localhost (single-drop); Mon, 01 Jan 2024 10:00:00 +0000',
    '-',
  ],
  ['from mail.example.com (mail.example.com [203.0.113.9]) somewhere, nobody knows where', '?'],
  [
    'from mail.example.com something [192.0.2.1] something by mx.example.net something',
    '[ ip=192.0.2.1 rdns= helo=mail.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'From mail.example.com (mail.example.com [192.0.2.1]) by mx.example.net with ESMTP id 1',
    '[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from [evil|name] (a#b.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1',
    '[ ip=192.0.2.1 rdns=a!b.example.com helo=!evil!name! by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from x.example.com (x.example.com. [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 1',
    '[ ip=192.0.2.1 rdns=x.example.com helo=x.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]',
  ],
  [
    'from localhost (mail.example.com [local]) by mail.example.com (OpenSMTPD) with ESMTPA id 5db34e0d; Mon, 1 Jan 2024 10:00:00 -0600',
    '-',
  ],
  [
    'from pc.example.com ([unix socket]) by mx.example.net (Cyrus v2.3.14) with LMTPA; Mon, 1 Jan 2024 10:00:00 +0200',
    '-',
  ],
];
