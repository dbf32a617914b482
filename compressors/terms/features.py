"""What the lexical ranker sees of each candidate (prototype)."""
import re
import numpy as np
from excerpt.compressors.terms.candidates import Candidates, rarity
from excerpt.compressors.terms.scan import CAPITAL, DIGIT, STOP, YEAR

_K1,_B=0.9,0.4

def bm25(tf,length,idf):
    rel=(1-_B+_B*length/length.mean())[:,None]
    return share(tf/(tf+_K1*rel),idf)
def share(h,idf):
    return (h*idf).sum(axis=1)/max(float(idf.sum()),1e-9)
def best(v):
    m=float(v.max(initial=0)); return v/m if m>1e-9 else np.zeros_like(v)
def standard(v):
    d=float(v.std()); return (v-v.mean())/d if d>1e-6 else np.zeros_like(v)
def ranks(v):
    return np.log1p(np.searchsorted(np.sort(-v),-v,side="left")).astype(np.float32)

KINDS={"person":{"who","whom","whose"},"time":{"when","year","date","century","long","day","month","time"},
"place":{"where","country","city","state","located"},"number":{"many","much","number","percent","population","old","far","value","size","count","total"},}

def features(c:Candidates):
    f={}
    idf,tf,g=c.idf,c.tf,c.group
    title=c.title_tf[g]; ctx=c.context_tf
    hit=(tf>0).astype(np.float32)
    f["bm25"]=bm25(tf,c.length,idf)
    around=np.maximum(c.neighbour(tf,-1),c.neighbour(tf,1))
    f["bm25.context"]=bm25(tf+ctx,c.length,idf)
    f["bm25.titled"]=bm25(tf+ctx+title,c.length,idf)
    f["cover"]=share(hit,idf)
    f["cover.context"]=share((tf+ctx>0).astype(np.float32),idf)
    f["cover.titled"]=share((tf+ctx+title>0).astype(np.float32),idf)
    f["cover.near"]=share((tf+ctx+title+around>0).astype(np.float32),idf)
    f["cover.title"]=share((title>0).astype(np.float32),idf)
    f["cover.passage.idf"]=share((tf+ctx+title>0).astype(np.float32),c.passage_idf)
    f["hits"]=hit.sum(axis=1)
    f["rarest"]=(hit*idf).max(axis=1,initial=0)/max(float(idf.max(initial=0)),1e-9)
    f["root"]=c.root_cover
    f["pairs"]=c.runs(2); f["triples"]=c.runs(3); f["fours"]=c.runs(4)
    unit,size,hits,worth=c.cells
    sh=(hits/np.maximum(size,1)).astype(np.float32)
    f["cell.best"]=c.highest(worth*sh); f["cell.whole"]=c.highest(np.where((hits>0)&(hits==size),worth,0).astype(np.float32))
    ks=np.zeros(c.count,np.float32); kc=ks.copy()
    first=np.flatnonzero(np.r_[True,np.diff(unit)!=0]) if len(unit) else np.zeros(0,int)
    ks[unit[first]]=sh[first]; kc[unit[first]]=worth[first]
    f["key.share"]=ks; f["key.cover"]=kc
    pw=np.zeros(c.count,np.float32); hp=c.parent>=0; pw[hp]=f["cell.whole"][c.parent[hp]]; f["parent.cell"]=pw
    f["cells"]=np.log1p(np.bincount(unit,minlength=c.count)).astype(np.float32)/np.log1p(c.length)
    _,fam=np.unique(c.group*(c.count+1)+c.parent+1,return_inverse=True)
    f["siblings"]=np.log(np.bincount(fam)[fam]).astype(np.float32)
    there=tf>0
    f["only"]=(there*(idf*(there.sum(axis=0)==1))).sum(axis=1)/max(float(idf.sum()),1e-9)
    f["question.there"]=np.full(c.count,len(c.terms)/max(len(np.unique(c.question.stem[(c.question.look&STOP)==0])),1),np.float32)
    num=c.asked_numbers
    f["asked.numbers"]=((hit*num*idf).sum(axis=1)/max(float((num*idf).sum()),1e-9))
    ptf=c.passage_tf+c.title_tf; plen=c.of_group(c.length,np.add)
    pb=bm25(ptf,plen,c.passage_idf); pc=share((ptf>0).astype(np.float32),c.passage_idf)
    pci=share((ptf>0).astype(np.float32),idf)
    f["passage.bm25"]=pb[g]; f["passage.best"]=best(pb)[g]; f["passage.cover"]=pc[g]; f["passage.cover.best"]=best(pc)[g]; f["passage.rank"]=ranks(pb)[g]
    f["passage.z"]=standard(pb)[g]; f["passage.cover.unit"]=pci[g]
    tshare=np.zeros(c.groups,np.float32)
    tw=c.titles; asked=np.isin(tw.stem,c.question.stem)&((tw.look&STOP)==0)
    tshare=np.bincount(tw.text[asked],minlength=c.groups)/np.maximum(np.bincount(tw.text[(tw.look&STOP)==0],minlength=c.groups),1)
    f["title.share"]=tshare[g].astype(np.float32)
    base=0.5*best(f["bm25.titled"])+0.5*best(f["bm25"])+0.35*f["passage.best"]+0.3*f["pairs"]
    f["base"]=base
    for n in ("bm25","bm25.titled","cover.near","base"):
        v=f[n]; f[n+".best"]=best(v); f[n+".z"]=standard(v); f[n+".rank"]=ranks(v); f[n+".gap"]=c.of_group(v,np.maximum)[g]-v
        f[n+".before"]=c.neighbour(v,-1); f[n+".after"]=c.neighbour(v,1)
    one=np.ones(c.count,np.float32)
    near=np.zeros(c.count,np.float32); cnt=one.copy(); tot=base.copy()
    for s in (-3,-2,-1,1,2,3):
        there,v=c.neighbour(one,s),c.neighbour(base,s)
        near=np.maximum(near,v); tot+=v; cnt+=there
    f["near.best"]=near; f["near.mean"]=tot/cnt
    # parent
    has=c.parent>=0
    f["has.parent"]=has.astype(np.float32)
    isp=np.zeros(c.count,np.float32); isp[c.parent[has]]=1; f["is.parent"]=isp
    # best child
    bc=np.zeros(c.count,np.float32)
    if has.any(): np.maximum.at(bc,c.parent[has],base[has])
    f["child.best"]=bc
    pbv=np.zeros(c.count,np.float32); pbv[has]=base[c.parent[has]]; f["parent.base"]=pbv
    f["ctx.cover"]=share((ctx>0).astype(np.float32),idf)
    # shape
    look=c.words.look; content=(look&STOP)==0; fresh=content&~c.is_asked
    f["place"]=np.log1p(np.arange(c.count)-c.group_start[g]).astype(np.float32)
    f["place.end"]=np.log1p(c.group_size[g]-1-(np.arange(c.count)-c.group_start[g])).astype(np.float32)
    f["words"]=np.log(c.length); f["words.rel"]=c.length/c.length.mean()
    f["new"]=c.count_words(fresh)/c.length
    f["names"]=np.log1p(c.count_words(fresh&((look&CAPITAL)>0)))
    f["numbers"]=np.log1p(c.count_words(fresh&((look&DIGIT)>0)))
    f["years"]=(c.count_words(fresh&((look&YEAR)>0))>0).astype(np.float32)
    f["stopshare"]=c.count_words(~content)/c.length
    f["digitshare"]=c.count_words((look&DIGIT)>0)/c.length
    widf=c.stem_idf[c.words.stem]
    f["meanidf"]=(np.bincount(c.words.text,weights=widf,minlength=c.count)/c.length).astype(np.float32)/max(np.log1p(c.count),1)
    f["freshidf"]=(np.bincount(c.words.text[fresh],weights=widf[fresh],minlength=c.count)/c.length).astype(np.float32)
    f["dup"]=dup(c)
    qw=set(re.findall(r"\w+",c.query.casefold()))
    ks={k:bool(v&qw) for k,v in KINDS.items()}
    for k,v in ks.items(): f["asks."+k]=np.full(c.count,float(v),np.float32)
    f["asks.reason"]=np.full(c.count,float(bool({"why","how"}&qw) and not any(ks.values())),np.float32)
    f["q.terms"]=np.full(c.count,np.log1p(len(c.terms)),np.float32)
    f["n.units"]=np.full(c.count,np.log(c.count),np.float32)
    f["n.passages"]=np.full(c.count,np.log(c.groups),np.float32)
    f["titled"]=(np.bincount(tw.text,minlength=c.groups)>0)[g].astype(np.float32)
    # combined answer-shape
    f["shape"]=((ks["time"])*f["years"]+ks["number"]*(f["numbers"]>0)+(ks["person"])*(f["names"]>0)+ks["place"]*(f["names"]>0)).astype(np.float32)
    f.update(links(c,base))
    return f

def dup(c):
    first={}
    for i,t in enumerate(c.texts): first.setdefault(t,i)
    return np.array([float(first[t]!=i) for i,t in enumerate(c.texts)],np.float32)

LEADS=5
def links(c,base):
    f={}
    leads=np.argsort(-base,kind="stable")[:LEADS]
    n=c.count; g=c.group
    else_=g[:,None]!=g[leads]
    V=c._vocabulary.stems
    w=c.words
    content=(w.look&STOP)==0
    fresh=content&~c.is_asked
    rank_of=np.full(n,-1); rank_of[leads]=np.arange(len(leads))
    lr=rank_of[w.text]
    # feedback terms: fresh content words in leads weighted
    sel=fresh&(lr>=0)
    prf=np.zeros(n,np.float32); names=np.zeros(n,np.float32); namesh=np.zeros(n,np.float32)
    if sel.any():
        wt=np.zeros(V,np.float32)
        np.add.at(wt,w.stem[sel],(1/(1+lr[sel])).astype(np.float32))
        wt*=c.stem_idf
        top=np.argsort(-wt,kind="stable")[:12]; keep=np.zeros(V,np.float32); keep[top]=wt[top]
        uniq=np.unique(w.text.astype(np.int64)*V+w.stem)
        ut,us=uniq//V,uniq%V
        tot=np.bincount(ut,weights=keep[us],minlength=n)/max(keep.sum(),1e-9)
        prf=tot.astype(np.float32)
        nm=sel&((w.look&(CAPITAL|DIGIT))>0)
        # per lead names
        best_t=np.zeros(n); best_s=np.zeros(n)
        for r in range(len(leads)):
            own=np.unique(w.stem[nm&(lr==r)])
            if not len(own): continue
            m=np.zeros(V,np.float32); m[own]=c.stem_idf[own]
            s=np.bincount(ut,weights=m[us],minlength=n)
            s=s*else_[:,r]
            best_t=np.maximum(best_t,s); best_s=np.maximum(best_s,s/m.sum())
        names=best_t.astype(np.float32); namesh=best_s.astype(np.float32)
    f["feedback"]=prf; f["shared.names"]=names; f["shared.share"]=namesh
    # titles named by leads
    tw=c.titles; tcontent=(tw.look&STOP)==0
    named=np.zeros((c.groups,len(leads)),np.float32); namer=np.zeros((n,len(leads)),np.float32)
    size=np.maximum(np.bincount(tw.text[tcontent],minlength=c.groups),1)
    has_title=np.bincount(tw.text[tcontent],minlength=c.groups)>0
    if len(tw.stem):
        for r,l in enumerate(leads):
            inl=np.zeros(V,bool); inl[w.stem[lr==r]]=True
            named[:,r]=np.bincount(tw.text[tcontent],weights=inl[tw.stem[tcontent]],minlength=c.groups)/size
            own=np.unique(tw.stem[tcontent&(tw.text==g[l])])
            if len(own):
                m=np.zeros(V,np.float32); m[own]=1
                hitw=m[w.stem]>0
                pu=np.unique(w.text[hitw].astype(np.int64)*V+w.stem[hitw])
                namer[:,r]=np.bincount(pu//V,minlength=n)/len(own)
    by=named[g]*else_; of=namer*else_
    f["named.first"]=by[:,0]; f["named.any"]=by.max(axis=1)
    f["names.first"]=of[:,0]; f["names.any"]=of.max(axis=1)
    apart=np.abs(np.arange(n)[:,None]-leads)
    f["lead.near"]=np.where(else_|(apart==0),0,1/(1+apart)).max(axis=1).astype(np.float32)
    f["lead.behind"]=(base.max()-base)
    f["lead.passage"]=ranks(c.of_group(base,np.maximum))[g]
    ttl=c.title_tf[g]+c.context_tf
    openi=c.idf*((c.tf[leads[0]]+ttl[leads[0]])==0)
    tot=max(float(c.idf.sum()),1e-9)
    f["missing.cover"]=((c.tf>0)*openi).sum(axis=1)/tot
    f["missing.titled"]=((c.tf+ttl>0)*openi).sum(axis=1)/tot
    # missing over all leads above it
    order=np.full(n,len(leads)); order[leads]=np.arange(len(leads))
    seen=np.maximum.accumulate(np.concatenate([np.zeros((1,c.tf.shape[1])),(c.tf[leads]+ttl[leads]>0)]),axis=0)
    f["missing.all"]=(((c.tf+ttl>0)>seen[order])*c.idf).sum(axis=1)/tot
    return f
