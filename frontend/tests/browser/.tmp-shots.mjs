import { launch } from "./chromium.mjs";
const base=process.argv[2];
const browser=await launch();
const who=[["wilma",390,844],["gert",1280,900],["joris",390,844],["anouk",1280,900],["fatima",1920,1080],["ruud",1280,900],["kees",390,844]];
for (const [name,w,h] of who){
  const ctx=await browser.newContext({viewport:{width:w,height:h},colorScheme:name==="fatima"?"dark":"light",locale:"nl-NL"});
  const page=await ctx.newPage();
  const errs=[]; page.on("pageerror",e=>errs.push(String(e))); page.on("console",m=>{if(m.type()==="error")errs.push(m.text())});
  await page.goto(`http://${name}.localhost:${base}/`); await page.waitForTimeout(1500);
  await page.screenshot({path:`/tmp/jg/pic/${name}-1.png`,fullPage:true});
  console.log(name,page.url(),(await page.innerText("body")).slice(0,300).replace(/\n/g," | "),errs);
  const btn=page.getByRole("button",{name:new RegExp(name,"i")}).first();
  if(await btn.count()){ await btn.click(); await page.waitForTimeout(1500);
    await page.screenshot({path:`/tmp/jg/pic/${name}-2.png`,fullPage:name!=="fatima"});
    console.log("   ->",page.url(),(await page.innerText("body")).slice(0,500).replace(/\n/g," | "),errs);}
  if(name==="fatima"){await page.goto(`http://${name}.localhost:${base}/wall`);await page.waitForTimeout(1500);await page.screenshot({path:`/tmp/jg/pic/wall.png`});}
  await ctx.close();
}
await browser.close();
